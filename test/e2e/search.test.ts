import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, resultSchema, type SearchResult, score, scoreResultSchema, search } from '../../src/index.js';
import { readRunReport } from '../../src/report/data/read.js';
import { ROOT, runCli, temporaryFolder, temporaryHome } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';
import { signalledAt } from '../support/signalled-at.js';
import { remember } from '../support/started.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');

describe('rminas search', () => {
  let stdout = '';
  let stderr = '';
  let result: SearchResult;

  beforeAll(async () => {
    const run = await runInProcess([
      'search',
      '--cfg',
      TINY,
      '--json',
      '--verify',
      '1',
      '--verify-epochs',
      '2',
      '--out',
      temporaryFolder(),
    ]);
    expect(run).toMatchObject({ code: 0 });
    ({ stdout, stderr } = run);
    result = JSON.parse(stdout);
  });

  it('prints one document in the documented format', () => {
    expect(resultSchema.parse(result)).toEqual(result);
    expect(JSON.parse(readFileSync(result.files.result, 'utf8'))).toEqual(result);
  });

  it('reports its progress in plain lines on stderr', () => {
    expect(stderr).toMatch(/warm-up 12 \|/);
    expect(stderr).toMatch(/threshold [\d.]+/);
    expect(stderr.includes(String.fromCharCode(27))).toBe(false);
  });

  it('trains the found architecture and another one properly', () => {
    const { found, random } = result.verification ?? { found: undefined, random: [] };
    expect(random).toHaveLength(1);
    expect(random[0]?.genotype).not.toBe(result.genotype);
    expect(found).toMatchObject({ epochs: 2, trainImages: 1437, heldOutImages: 360 });
    // Guessing gives 10 %; two epochs on the digits give far more.
    expect(found?.accuracy).toBeGreaterThan(0.3);
  });

  it('has the benchmark figures that ship with rminas, and explains how to get others', () => {
    expect(result.benchmark).toMatchObject({
      answer: { genotype: result.genotype, figures: [{ of: 15_625 }, { of: 15_625 }, { of: 15_625 }] },
      note: expect.stringContaining('rminas benchmark import'),
    });
  });

  it('has the importance of each slot to the forest, as its report shows', async () => {
    const { importances = [] } = result;
    expect(importances.reduce((sum, share) => sum + share)).toBeCloseTo(1);
    const { sections } = await readRunReport(result.files.folder);
    const why = sections.find(({ id }) => id === 'why')?.blocks ?? [];
    expect(why.find((block) => block.type === 'chart' && block.id === 'forest')).toMatchObject({
      chart: {
        x: { categories: ['edge 0 → 1', 'edge 0 → 2', 'edge 1 → 2', 'edge 0 → 3', 'edge 1 → 3', 'edge 2 → 3'] },
        series: [{ points: importances.map((share, x) => ({ x, y: Number((100 * share).toFixed(2)) })) }],
      },
    });
  });

  it('writes a configuration that resolves to the same specification', async () => {
    const { planSearch } = await import('../../src/config/index.js');
    const config = await loadConfig({ file: result.files.config });
    expect(planSearch(config).specification).toEqual(result.specification);
  });

  it('gives the same result when the finished run is resumed', async () => {
    const again = await runInProcess(['search', '--resume', result.files.folder, '--json']);
    const { cost, ...rest } = JSON.parse(again.stdout) as SearchResult;
    expect({ ...rest, cost: { ...cost, seconds: 0, sessions: 1 } }).toEqual({
      ...result,
      cost: { ...result.cost, seconds: 0 },
    });
  });

  it('gives an architecture the score that `rminas score` gives it', async () => {
    const { scores } = await score({ cfg: TINY, genotypes: [result.genotype] }).result;
    expect(scores[0]?.score).toEqual({ ...result.score, seconds: expect.any(Number) });
  });

  it('finds the same answer twice with two workers', async () => {
    const run = async () => {
      const overrides = ['RMINAS.WORKERS', '2', 'OUT_DIR', temporaryFolder()];
      const { voters, genotype, best, threshold } = await search({ cfg: TINY, overrides, cache: false }).result;
      return { voters, genotype, best, threshold };
    };
    const first = await run();
    expect(await run()).toEqual(first);
    // The warm-up does not depend on the number of workers.
    expect(first.threshold).toBe(result.threshold);
  });

  it('prints a table by default', async () => {
    const { stdout: table, code } = await runInProcess(['search', '--resume', result.files.folder]);
    expect(code).toBe(0);
    for (const text of [result.genotype, 'CKA per stage', 'evaluations', 'held-out accuracy', result.files.folder]) {
      expect(table).toContain(text);
    }
  });
});

describe.skipIf(process.platform === 'win32')('Ctrl-C', () => {
  it('ends in exit code 130 with the command that resumes, and keeps all evaluations', async () => {
    const out = temporaryFolder();
    const env = signalledAt('journal evaluated 3 synced', 'SIGINT');
    const { code, stderr, stdout } = await runCli(['search', '--cfg', TINY, '--out', out], { env });
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    const [, folder] = /rminas search --resume (\S+)/.exec(stderr) ?? [];
    expect(existsSync(join(folder ?? '', 'journal.jsonl'))).toBe(true);
    const resumed = await runInProcess(['search', '--resume', folder ?? '', '--json']);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ stop: { reason: 'successes-reached' }, cost: { sessions: 2 } });
  });
});

describe('the Node API', () => {
  it('rejects with InterruptedError when its signal is aborted', async () => {
    const controller = new AbortController();
    const run = search({ cfg: TINY, overrides: ['OUT_DIR', temporaryFolder()], signal: controller.signal });
    const iteration = (async () => {
      for await (const event of run) if (event.type === 'observed') controller.abort();
    })();
    await expect(iteration).rejects.toMatchObject({ name: 'InterruptedError', exitCode: 130 });
    await expect(run.result).rejects.toMatchObject({ name: 'InterruptedError', exitCode: 130 });
  });

  it('rejects with a typed error, and so does the iteration over its events', async () => {
    const run = search({ cfg: '/nowhere.yaml' });
    const events: unknown[] = [];
    const iteration = (async () => {
      for await (const event of run) events.push(event);
    })();
    await expect(iteration).rejects.toMatchObject({ name: 'UsageError', code: 'missing-config' });
    expect(events).toEqual([]);
    await expect(run.result).rejects.toMatchObject({ name: 'UsageError', code: 'missing-config' });
  });

  it('scores several architectures, and says what is wrong with one that is none', async () => {
    const genotypes = [
      '|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|',
      '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|',
    ];
    const answer = await score({ cfg: TINY, genotypes }).result;
    expect(scoreResultSchema.parse(answer)).toEqual(answer);
    expect(answer.scores.map(({ score: { genotype } }) => genotype)).toEqual(genotypes);
    await expect(score({ cfg: TINY, genotypes: ['|nope|'] }).result).rejects.toMatchObject({ exitCode: 2 });
  });

  it('does what scripts/example.mjs shows', async () => {
    const cwd = temporaryFolder();
    const child = remember(
      spawn(process.execPath, [join(ROOT, 'scripts/example.mjs'), TINY], {
        cwd,
        env: { ...process.env, RMINAS_HOME: temporaryHome() },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ genotype: expect.stringMatching(/^\|/), itsOwnLoss: expect.any(Number) });
  });
});
