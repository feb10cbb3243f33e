/** Several processes complete one comparison. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leaseSearch } from '../../../src/jobs/compare/lease.js';
import type { ComparisonResult } from '../../../src/jobs/compare/result.js';
import { evaluatedIn, linesOf, waitUntil } from '../../support/journals.js';
import { scaled } from '../../support/limits.js';
import { startCli, temporaryFolder, temporaryHome } from '../../support/run-cli.js';

/** By the shipped accuracies: each search is fast, and long enough to be killed in its middle. */
const ORACLE = ['RMINAS.BENCHMARK_SERIES', 'cifar10 ori-test', 'RMINAS.MAX_EVALUATIONS', '400'];
const SEEDS = 6;
const PROCESSES = 4;

const runsIn = (out: string) => (existsSync(join(out, 'runs')) ? readdirSync(join(out, 'runs')) : []);

/** How many searches have evaluated something. */
const begunIn = (out: string) =>
  runsIn(out).filter((name) => evaluatedIn(join(out, 'runs', name, 'journal.jsonl')).length > 0).length;

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
  const processes = Array.from({ length: PROCESSES }, () => startCli([...args, ...what], { env }));
  const ended = Promise.all(processes.map((one) => one.ended));
  await waitUntil(() => begunIn(out) >= PROCESSES, ended);
  for (const { child } of processes.slice(0, 2)) child.kill('SIGKILL');
  const [, , ...survivors] = await ended;

  const results = survivors.map(({ code, stdout, stderr }) => {
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return JSON.parse(stdout) as ComparisonResult;
  });
  expect(results[1]).toEqual(results[0]);
  expect(JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8'))).toEqual(results[0]);
  expect(results[0]).toMatchObject({ failures: [], rows: [{ architectures: { mean: 400 } }] });
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
