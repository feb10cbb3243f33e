/** A run whose folder is moved or deleted while it works ends in exit code 3, and is resumed from where it is kept. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { essence, evaluatedIn, isStopped, waitUntil } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { ROOT, startCli, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';
import { signalledAt } from '../support/signalled-at.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
/** Without the forest, which does not matter here. */
const KEYS = ['RMINAS.STRATEGY', 'random', 'RMINAS.RF_WARMUP', '4', 'RMINAS.MAX_EVALUATIONS', '30'];

describe.skipIf(process.platform !== 'linux')('a search whose folder vanishes', () => {
  let calm: unknown;
  beforeAll(async () => {
    calm = essence(
      (await runInProcess(['search', '--cfg', TINY, '--out', temporaryFolder(), '--json', ...KEYS])).stdout,
    );
  }, scaled(300_000));

  it.each<[string, (folder: string) => string]>([
    [
      'deleted',
      (folder) => {
        rmSync(folder, { recursive: true });
        return `${folder}-rescued`;
      },
    ],
    [
      'moved',
      (folder) => {
        const moved = join(temporaryFolder(), 'elsewhere');
        renameSync(folder, moved);
        return moved;
      },
    ],
  ])('ends in exit code 3 and goes on from where it is kept: %s', { timeout: scaled(300_000) }, async (_, harm) => {
    const out = temporaryFolder();
    const env = signalledAt('journal evaluated 6 synced', 'SIGSTOP');
    const { child, ended } = startCli(['search', '--cfg', TINY, '--out', out, '--json', ...KEYS], { env });
    const runIn = () => join(out, readdirSync(out)[0] ?? '');
    await waitUntil(() => isStopped(child.pid), ended);
    const folder = runIn();
    const before = evaluatedIn(join(folder, 'journal.jsonl'));
    const kept = harm(folder);
    child.kill('SIGCONT');
    const { code, stdout } = await ended;
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'run-folder-gone',
        message: expect.stringContaining(kept),
        nextSteps: [`Resume it with: rminas search --resume ${kept}`],
      },
    });
    expect(existsSync(folder)).toBe(false);
    expect(evaluatedIn(join(kept, 'journal.jsonl')).slice(0, before.length)).toEqual(before);
    const resumed = await runInProcess(['search', '--resume', kept, '--json']);
    expect(essence(resumed.stdout)).toEqual(calm);
  });
});

describe.skipIf(process.platform === 'win32')('a journal that is not a regular file', () => {
  it.each<[string, (file: string) => void]>([
    ['a FIFO', (file) => execFileSync('mkfifo', [file])],
    ['a folder', (file) => mkdirSync(file)],
  ])('ends a search and a retraining in exit code 2: %s', { timeout: scaled(60_000) }, async (kind, make) => {
    const folder = temporaryFolder();
    make(join(folder, 'journal.jsonl'));
    for (const command of ['search', 'retrain']) {
      const { code, stdout } = await runInProcess([command, '--resume', folder, '--json']);
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({
        error: { code: 'corrupt-journal', message: expect.stringContaining(`is ${kind}, not a regular file`) },
      });
    }
  });
});
