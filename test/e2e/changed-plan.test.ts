/** A job is resumed with the plan that it began with, or not at all. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SearchResult } from '../../src/jobs/search/result.js';
import { scaled } from '../support/limits.js';
import { ROOT, runCli, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';
import { signalledAt } from '../support/signalled-at.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');

describe.skipIf(process.platform === 'win32')('an interrupted search', () => {
  it('is not resumed as another search, and continues when its configuration is restored', {
    timeout: scaled(300_000),
  }, async () => {
    const out = temporaryFolder();
    const env = signalledAt('journal evaluated 14 synced', 'SIGINT');
    expect((await runCli(['search', '--cfg', TINY, '--out', out], { env })).code).toBe(130);
    const folder = join(out, readdirSync(out)[0] ?? '');
    const config = join(folder, 'config.yaml');
    const original = readFileSync(config, 'utf8');
    const changed = original.replace('STRATEGY: forest', 'STRATEGY: random').replace(/RF_WARMUP: 12/, 'RF_WARMUP: 3');
    writeFileSync(config, changed);
    const refused = await runInProcess(['search', '--resume', folder]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain("RMINAS.RF_WARMUP was 12 and is 3; RMINAS.STRATEGY was 'forest' and is 'random'.");
    expect(existsSync(join(folder, 'result.json'))).toBe(false);

    // Settings that do not affect results may change.
    writeFileSync(config, original.replace('WORKER_DEADLINE: 120', 'WORKER_DEADLINE: 240'));
    const resumed = await runInProcess(['search', '--resume', folder, '--json']);
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout) as SearchResult).toMatchObject({ strategy: 'forest', cost: { sessions: 2 } });
  });
});
