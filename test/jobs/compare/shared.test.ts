/** Several processes complete one comparison. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leaseSearch } from '../../../src/jobs/compare/lease.js';
import type { ComparisonResult } from '../../../src/jobs/compare/result.js';
import { evaluatedIn, isStopped, linesOf, waitUntil } from '../../support/journals.js';
import { scaled } from '../../support/limits.js';
import { startCli, temporaryFolder, temporaryHome } from '../../support/run-cli.js';
import { signalledAt } from '../../support/signalled-at.js';

/** By the shipped accuracies: each search is fast. */
const ORACLE = ['RMINAS.BENCHMARK_SERIES', 'cifar10 ori-test', 'RMINAS.MAX_EVALUATIONS', '150'];
const SEEDS = 6;
const PROCESSES = 4;
const FIRST = 'journal evaluated 1 synced';

const runsIn = (out: string) => (existsSync(join(out, 'runs')) ? readdirSync(join(out, 'runs')) : []);

it('four processes share the searches, and two of them continue those of two that were killed', {
  timeout: scaled(180_000),
}, async () => {
  const out = temporaryFolder();
  const env = { RMINAS_HOME: temporaryHome() };
  const args = [
    'compare',
    '--shared',
    '--cfg',
    'test/fixtures/tiny.yaml',
    '--out',
    out,
    '--json',
    '--cost',
    'evaluations',
  ];
  const what = ['--strategies', 'random', '--objectives', 'benchmark', '--seeds', `1-${SEEDS}`, ...ORACLE];
  const started = Array.from({ length: PROCESSES }, (_, index) => {
    // The survivors wait in their first searches, so that the others have searches, however late they start.
    const moment = index < 2 ? signalledAt('journal evaluated 50 synced', 'SIGKILL') : signalledAt(FIRST, 'SIGSTOP');
    return startCli([...args, ...what], { env: { ...env, ...moment } });
  });
  const [dying, surviving] = [started.slice(0, 2), started.slice(2)];
  for (const { child, ended } of surviving) await waitUntil(() => isStopped(child.pid), ended);
  const killed = await Promise.all(dying.map(({ ended }) => ended));
  expect(killed).toMatchObject([{ signal: 'SIGKILL' }, { signal: 'SIGKILL' }]);

  for (const { child } of surviving) child.kill('SIGCONT');
  const results = (await Promise.all(surviving.map(({ ended }) => ended))).map(({ code, stdout, stderr }) => {
    expect({ code, stderr, stdout }).toMatchObject({ code: 0 });
    return JSON.parse(stdout) as ComparisonResult;
  });
  expect(results[1]).toEqual(results[0]);
  expect(JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8'))).toEqual(results[0]);
  expect(results[0]).toMatchObject({ failures: [], rows: [{ architectures: { mean: 150 } }] });
  expect(runsIn(out)).toHaveLength(SEEDS);
  let sessions = 0;
  for (const name of runsIn(out)) {
    const journal = join(out, 'runs', name, 'journal.jsonl');
    const genotypes = evaluatedIn(journal).map((line) => JSON.stringify(line));
    expect(new Set(genotypes).size).toBe(genotypes.length);
    sessions += linesOf(journal).filter(({ entry }) => entry.type === 'session').length;
  }
  // The two killed searches were continued, and no other one was begun twice.
  expect(sessions).toBe(SEEDS + 2);
});

it('a search has one lease at a time', () => {
  const folder = join(temporaryFolder(), 'runs', 'random-seed1');
  const lease = leaseSearch({ folder });
  expect(lease).not.toBeNull();
  expect(leaseSearch({ folder })).toBeNull();
  lease?.release();
  const again = leaseSearch({ folder });
  expect(again).not.toBeNull();
  again?.release();
});
