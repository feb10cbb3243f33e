/** Run folders of release 0.2.1, of each kind of job, are resumed. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ComparisonResult } from '../../src/jobs/compare/result.js';
import type { RankingResult } from '../../src/jobs/rank/result.js';
import type { RetrainingResult } from '../../src/jobs/retrain/result.js';
import type { SearchResult } from '../../src/jobs/search/result.js';
import { writeWholeNasBench201 } from '../benchmarks/tables.js';
import { evaluatedIn, linesOf } from '../support/journals.js';
import { ROOT, temporaryFolder, temporaryHome } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const FIXTURES = join(ROOT, 'test/fixtures/journals/0.2.1');
const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
const NOTICE = /rminas 0\.2\.1 began this \w+\. Its journal keeps the specification and no settings/;
/** Later releases compute by another arithmetic unless they are told otherwise. */
const ITS_ARITHMETIC = ['RMINAS.ARITHMETIC', 'fast'];
const timeout = 180_000;

/** A copy of a run folder. */
function copyOf(name: string, out = temporaryFolder(), as = basename(name)): string {
  const folder = join(out, as);
  cpSync(join(FIXTURES, name), folder, { recursive: true });
  return folder;
}

function resultIn<Result>(name: string, file = 'result.json'): Result {
  return JSON.parse(readFileSync(join(FIXTURES, name, file), 'utf8')) as Result;
}

async function run<Result>(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { code, stdout, stderr } = await runInProcess(args, { env });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return { result: JSON.parse(stdout) as Result, stderr };
}

/** A folder with a table of the whole space, and a data home in which it is imported once. */
const TABLE = writeTable();
const env = { RMINAS_HOME: temporaryHome() };
function writeTable(): string {
  const data = temporaryFolder();
  mkdirSync(join(data, 'nas-bench-201'));
  writeWholeNasBench201(join(data, 'nas-bench-201', 'table.csv'));
  return data;
}

const isWithin = (whole: readonly unknown[], beginning: readonly unknown[]) =>
  expect(whole.slice(0, beginning.length)).toEqual(beginning);

describe('a search of release 0.2.1', { timeout }, () => {
  it('that is complete has the same result', async () => {
    const { result, stderr } = await run<SearchResult>(['search', '--resume', copyOf('search-complete'), '--json']);
    // The benchmark depends on the tables of this machine.
    const { cost, files: _, rminas: __, benchmark: ___, ...rest } = resultIn<SearchResult>('search-complete');
    expect(result).toMatchObject(rest);
    expect(result.cost).toMatchObject({ ...cost, seconds: expect.any(Number), sessions: 2 });
    expect(stderr).toMatch(NOTICE);
  });

  it('that was interrupted continues to its end', async () => {
    const folder = copyOf('search-interrupted');
    const before = evaluatedIn(join(folder, 'journal.jsonl'));
    const { result, stderr } = await run<SearchResult>(['search', '--resume', folder, '--json']);
    expect(result).toMatchObject({ stop: { reason: 'successes-reached' }, cost: { sessions: 2, failures: 0 } });
    expect(result.verification?.random).toHaveLength(1);
    expect(before).toHaveLength(14);
    isWithin(evaluatedIn(join(folder, 'journal.jsonl')), before);
    expect(stderr).toMatch(NOTICE);
  });

  it('is not continued on another kind of device, unless scores may be mixed', async () => {
    const folder = copyOf('search-interrupted');
    const journal = join(folder, 'journal.jsonl');
    // Lines of this release have no checksums.
    writeFileSync(journal, readFileSync(journal, 'utf8').replaceAll('"device":"cpu"', '"device":"cuda (NVIDIA H100)"'));
    const { code, stderr } = await runInProcess(['search', '--resume', folder]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/cuda, torch .*cpu, torch /s) });
    const { result } = await run<SearchResult>(['search', '--resume', folder, '--allow-mixed', '--json']);
    expect(result.kinds).toEqual([expect.stringMatching(/^cpu, torch /), expect.stringMatching(/^cuda, torch /)]);
    expect(result.notes.join()).toContain('Scores of several kinds of arithmetic are mixed');
  });

  it('is refused with another specification', async () => {
    const folder = copyOf('search-interrupted');
    const config = join(folder, 'config.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace(/BASE_LR: .*/, 'BASE_LR: 0.2'));
    const { code, stderr } = await runInProcess(['search', '--resume', folder]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('no longer describes the run') });
  });
});

describe('a ranking of release 0.2.1', { timeout }, () => {
  const rank = (out: string) => {
    const words = ['rank', '--cfg', TINY, '--data', TABLE, '--out', out, '--json', '--bootstrap', '50'];
    const what = ['--proxies', 'rmi@2,flops', '--architectures', '8'];
    return run<RankingResult>([...words, ...what, ...ITS_ARITHMETIC], env);
  };
  const NAME = 'rank-nas-bench-201-digits-seed7';

  it('that is complete measures nothing again', async () => {
    const out = temporaryFolder();
    copyOf('rank-complete', out, NAME);
    const { result } = await rank(out);
    const { sample, ranked } = resultIn<RankingResult>('rank-complete');
    expect(result.cost.measured).toBe(0);
    expect(result).toMatchObject({ sample, ranked });
  });

  it('that was interrupted measures the missing values', async () => {
    const out = temporaryFolder();
    const folder = copyOf('rank-interrupted', out, NAME);
    const before = linesOf(join(folder, 'journal.jsonl'));
    const { result } = await rank(out);
    isWithin(linesOf(join(folder, 'journal.jsonl')), before);
    const { sample } = resultIn<RankingResult>('rank-complete');
    expect(result).toMatchObject({ sample, cost: { measured: 8 } });
  });
});

describe('a retraining of release 0.2.1', { timeout }, () => {
  it('that is complete has the same result', async () => {
    const { result, stderr } = await run<RetrainingResult>([
      ...['retrain', '--resume', copyOf('retrain-complete'), '--json'],
    ]);
    const { accuracy, seeds, retrainingDigest } = resultIn<RetrainingResult>('retrain-complete');
    expect(result).toMatchObject({ accuracy, seeds, retrainingDigest, cost: { sessions: 2 } });
    expect(stderr).toMatch(NOTICE);
  });

  it('that was interrupted trains the missing seeds', async () => {
    const folder = copyOf('retrain-interrupted');
    const { result } = await run<RetrainingResult>(['retrain', '--resume', folder, '--json']);
    const { seeds } = resultIn<RetrainingResult>('retrain-complete');
    expect(result.seeds.map(({ seed, epochs }) => [seed, epochs.length])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    const { seconds: _, ...first } = seeds[0] ?? expect.fail();
    expect(result.seeds[0]?.accuracy).toBe(first.accuracy);
  });
});

describe('a comparison of release 0.2.1', { timeout }, () => {
  it('continues with its runs', async () => {
    const out = copyOf('compare');
    const words = ['compare', '--cfg', TINY, '--data', TABLE, '--out', out, '--json', '--seeds', '1'];
    const what = ['--strategies', 'forest,random', '--objectives', 'benchmark', '--cost', 'evaluations'];
    const keys = ['RMINAS.RF_SUCC', '50', 'RMINAS.BENCHMARK_SERIES', 'cifar10 ori-test', ...ITS_ARITHMETIC];
    const runsOf = ({ rows }: ComparisonResult) =>
      rows.flatMap(({ runs }) => runs.map(({ folder: _, ...rest }) => rest));
    const before = evaluatedIn(join(out, 'runs/forest-benchmark-seed1/journal.jsonl'));
    const same = await run<ComparisonResult>([...words, ...what, '--budget', '16', ...keys], env);
    expect(runsOf(same.result)).toEqual(runsOf(resultIn<ComparisonResult>('compare', 'comparison.json')));
    expect(evaluatedIn(join(out, 'runs/forest-benchmark-seed1/journal.jsonl'))).toEqual(before);
    const more = await run<ComparisonResult>([...words, ...what, '--budget', '18', ...keys], env);
    expect(runsOf(more.result).map(({ cost }) => cost.evaluations)).toEqual([18, 18]);
    isWithin(evaluatedIn(join(out, 'runs/forest-benchmark-seed1/journal.jsonl')), before);
  });
});
