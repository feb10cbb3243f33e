/** The answer does not depend on the number of workers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scoresIn } from '../support/journals.js';
import { scaled } from '../support/limits.js';
import { ROOT, runCli, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';
import { signalledAt } from '../support/signalled-at.js';

const KEYS = ['RMINAS.RF_WARMUP', '8', 'RMINAS.RF_SUCC', '2', 'RMINAS.RF_THRESRATE', '0.5', 'RMINAS.PROPOSALS', '3'];
const args = (folder: string, workers: number) => [
  ...['search', '--cfg', join(ROOT, 'test/fixtures/tiny.yaml'), '--no-cache', '--json', '--device', 'cpu,cpu'],
  ...['--out', folder, '--workers', String(workers), ...KEYS, 'RMINAS.MAX_EVALUATIONS', '14'],
];

it('a search with one worker and one that was killed with two and resumed with seven have the same scores and answer', {
  timeout: scaled(180_000),
}, async () => {
  const alone = await runInProcess(args(temporaryFolder(), 1));
  expect(alone).toMatchObject({ code: 0 });
  const { genotype, files } = JSON.parse(alone.stdout);

  const out = temporaryFolder();
  const env = signalledAt('journal evaluated 4 synced', 'SIGKILL');
  expect(await runCli(args(out, 2), { env })).toMatchObject({ signal: 'SIGKILL' });
  const run = join(out, 'nas-bench-201-digits-seed7');
  const journal = join(run, 'journal.jsonl');
  const config = join(run, 'config.yaml');
  writeFileSync(config, readFileSync(config, 'utf8').replace(/WORKERS: 2/, 'WORKERS: 7'));
  const resumed = await runInProcess(['search', '--resume', run, '--no-cache', '--json']);
  expect(resumed).toMatchObject({ code: 0 });

  expect(JSON.parse(resumed.stdout)).toMatchObject({ genotype, cost: { sessions: 2 }, device: 'cpu' });
  expect(scoresIn(journal)).toEqual(scoresIn(files.journal));
});
