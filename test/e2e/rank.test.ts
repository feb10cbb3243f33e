/** Rankings of proxies from the command line, against a table that the test writes. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RankingResult, type RankOptions, rank, rankingResultSchema } from '../../src/index.js';
import { drawSample } from '../../src/jobs/rank/sample.js';
import { numberInBenchmark } from '../benchmarks/tables.js';
import { scaled } from '../support/limits.js';
import { type CliResult, ROOT, runCli, temporaryFolder, temporaryHome } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';
import { signalledAt } from '../support/signalled-at.js';
import { getSpace } from '../support/spaces.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
/** Overrides of the configuration. */
const SEED = 7;
const WARMUP = 12;
const SAMPLE = drawSample(getSpace('nas-bench-201'), SEED, 20);
/** The third architecture is not in the table. */
const UNKNOWN = 2;

/** A data folder with a table in which more convolutions give a higher accuracy. */
function writeData(): string {
  const data = temporaryFolder();
  const lines = SAMPLE.filter(({ number }) => number !== UNKNOWN).map(({ number, genotype }) => {
    const accuracy = 50 + 5 * (genotype.match(/nor_conv_3x3/g) ?? []).length + number / 100;
    return [numberInBenchmark(genotype), genotype, accuracy, accuracy / 2, 45 - number].join(',');
  });
  const head = 'index,arch_str,cifar10_test,cifar100_test,imagenet16_120_test';
  mkdirSync(join(data, 'nas-bench-201'));
  writeFileSync(join(data, 'nas-bench-201', 'table.csv'), `${[head, ...lines].join('\n')}\n`);
  return data;
}

const home = temporaryHome();
const data = writeData();

const rankIn = (out: string, ...words: readonly string[]) =>
  ['rank', '--cfg', TINY, '--data', data, '--out', out, '--bootstrap', '50', ...words] as const;
const run = (args: readonly string[]) => runInProcess(args, { env: { RMINAS_HOME: home } });

function resultOf(done: CliResult): RankingResult {
  expect(done).toMatchObject({ code: 0 });
  return rankingResultSchema.parse(JSON.parse(done.stdout));
}

const tauOf = ({ ranked }: RankingResult, name: string, series = 'cifar10 ori-test') =>
  ranked.find((one) => one.name === name)?.correlations.find((one) => one.series === series)?.kendall.value;

/** The content of the journal, without times and paths. */
function measuredIn({ files }: RankingResult) {
  const entries = readFileSync(files.journal, 'utf8').trim().split('\n');
  return entries.map((line) => JSON.parse(line).entry).filter(({ type }) => type === 'measured');
}

describe('rminas rank', { timeout: scaled(120_000) }, () => {
  const out = temporaryFolder();
  const proxies = ['--proxies', 'rmi@2,flops,aggregate'];
  const aggregate = ['RMINAS.AGGREGATE', "'rmi 1 flops 2'"];
  let small: RankingResult;

  beforeAll(async () => {
    small = resultOf(
      await run([...rankIn(out, '--architectures', '10', '--json', '--paper', '1'), ...proxies, ...aggregate]),
    );
  }, scaled(120_000));

  it('reports correlations, costs and paths in the documented format', () => {
    expect(small.sample).toMatchObject({ drawn: 10, unknown: 1, counted: 9, counting: 'all', reference: 9 });
    expect(small.benchmark.series.map(({ name }) => name)).toEqual([
      'cifar10 ori-test',
      'cifar100 x-test',
      'ImageNet16-120 x-test',
    ]);
    expect(small.ranked.map(({ name }) => name)).toEqual(['rmi@2', 'flops', 'aggregate']);
    // Convolutions cause most of the FLOPs and decide the accuracy.
    expect(tauOf(small, 'flops')).toBeGreaterThan(0.6);
    expect(small.ranked[0]?.correlations.map(({ best }) => best)).toEqual([1, 0.3, 0.1, 1, 0.3, 0.1, 1, 0.3, 0.1]);
    expect(small.paper).toMatchObject({ cells: 5, channels: 16, batch: 32, updates: 150, trainings: 1 });
    for (const { ofPaper } of small.ranked) {
      expect(ofPaper.flops).toBeGreaterThan(0);
      expect(ofPaper.flops).toBeLessThan(0.01);
      expect(ofPaper.seconds).toBeGreaterThan(0);
    }
    expect(JSON.parse(readFileSync(small.files.result, 'utf8'))).toEqual(small);
    expect(readFileSync(small.files.table, 'utf8').split('\n')).toHaveLength(1 + 9 + 1);
    expect(small.files.charts).toHaveLength(9);
    for (const chart of small.files.charts) expect(readFileSync(chart, 'utf8')).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
    expect(readdirSync(small.files.folder).filter((name) => name.startsWith('lock'))).toEqual([]);
  });

  it('does not repeat measurements, and prints the same figures as tables', async () => {
    const before = readFileSync(small.files.journal, 'utf8');
    const { code, stdout, stderr } = await run([...rankIn(out, '--architectures', '10'), ...proxies, ...aggregate]);
    expect(code).toBe(0);
    expect(stderr).toContain('1 architectures are not in the benchmark');
    expect(stdout).toContain('This session measured 0 architectures');
    for (const text of ['cifar100 x-test', 'best 30 %', "of the paper's", '150 updates'])
      expect(stdout).toContain(text);
    const tau = tauOf(small, 'flops')?.toFixed(3) ?? '';
    expect(stdout).toMatch(new RegExp(`τ ${tau.replace('.', '\\.')} \\[-?\\d\\.\\d\\d, -?\\d\\.\\d\\d\\]`));
    const added = readFileSync(small.files.journal, 'utf8').slice(before.length);
    expect(added.match(/"type":"(\w+)"/g)).toEqual(['"type":"session"']);
    expect((JSON.parse(readFileSync(small.files.result, 'utf8')) as RankingResult).ranked).toEqual(small.ranked);
  });

  it('measures only the missing values of a larger sample and another proxy, and ranks outside of the reference set', async () => {
    const before = measuredIn(small);
    const more = resultOf(
      await run([
        ...rankIn(out, '--architectures', '20', '--duplicates', 'once', '--workers', '2', '--json'),
        '--proxies',
        'params,aggregate',
        ...aggregate,
      ]),
    );
    expect(more.sample).toMatchObject({ drawn: 20, unknown: 1, counting: 'once', reference: WARMUP });
    expect(more.sample.counted).toBe(19 - more.sample.twins);
    expect(more.ranked.map(({ name, population }) => [name, population])).toEqual([
      ['params', 'all'],
      ['aggregate', 'all'],
      ['aggregate', 'outside-reference'],
    ]);
    const after = measuredIn(more);
    expect(after.slice(0, before.length)).toEqual(before);
    const asked = after.slice(before.length).filter(({ digest }) => digest === more.specificationDigest);
    const known = new Set(before.map(({ genotype }) => genotype));
    expect(asked.length).toBe(more.cost.measured);
    for (const { genotype, proxies: names } of asked) {
      expect(names).toEqual(known.has(genotype) ? ['params'] : ['params', 'rmi', 'flops']);
    }
  });
});

describe.skipIf(process.platform === 'win32')('Ctrl-C', { timeout: scaled(120_000) }, () => {
  it('ends in exit code 130, and the same command continues from the measurements', async () => {
    const out = temporaryFolder();
    const args = rankIn(out, '--architectures', '12', '--json', '--proxies', 'rmi');
    const env = { RMINAS_HOME: home, ...signalledAt('journal measured 3 synced', 'SIGINT') };
    const interrupted = await runCli(args, { env });
    expect(interrupted.code).toBe(130);
    expect(JSON.parse(interrupted.stdout).error.nextSteps).toEqual([expect.stringContaining('the same command again')]);
    const journal = join(out, 'rank-nas-bench-201-digits-seed7', 'journal.jsonl');
    const kept = readFileSync(journal, 'utf8').match(/"type":"measured"/g)?.length ?? 0;
    expect(kept).toBeGreaterThanOrEqual(3);
    // Tears a line, as a crash of the machine does.
    appendFileSync(journal, '{"at":1,"entry":{"type":"meas');
    const result = resultOf(await run(args));
    const values = measuredIn(result).filter(({ digest }) => digest === result.specificationDigest);
    expect(new Set(values.map(({ genotype }) => genotype)).size).toBe(values.length);
    expect(result.cost.measured).toBeGreaterThan(0);
    expect(values.length).toBeGreaterThan(kept);
    // The loss equals the last loss of a training in a search.
    const scored = await run(['score', '--cfg', TINY, '--json', values[0].genotype]);
    expect(values[0].outcome.measurement.values[0].value).toBe(JSON.parse(scored.stdout).scores[0].score.loss);
  });
});

describe('an invalid ranking', () => {
  const folder = temporaryFolder();
  const alien = temporaryFolder();
  mkdirSync(join(alien, 'rank-nas-bench-201-digits-seed7'));
  writeFileSync(
    join(alien, 'rank-nas-bench-201-digits-seed7', 'journal.jsonl'),
    '{"at":1,"entry":{"type":"ranking","version":1,"rminas":"0","space":"darts","seed":7}}\n',
  );

  it.each<[string, Partial<RankOptions>, RegExp]>([
    ['no such proxy', { proxies: ['rmi', 'synflwo'] }, /synflwo.*synflow/],
    ['no proxy at all', { proxies: [' '] }, /names nothing/],
    ['the benchmark as a proxy', { proxies: ['benchmark'] }, /has benchmark/],
    ['a step that the training does not have', { proxies: ['rmi@50'] }, /rmi@50.*4 updates/],
    ['too few architectures', { architectures: 1 }, /--architectures is 1/],
    ['no whole number of resamples', { bootstrap: 1.5 }, /--bootstrap is 1.5/],
    ['a space without a benchmark', { overrides: ['SPACE.NAME', 'darts'] }, /no benchmark of the space darts/],
    ['an unknown key', { overrides: ['RMINAS.CELL', '2'] }, /RMINAS\.CELL\b/],
    ["another ranking's journal", { overrides: ['OUT_DIR', alien] }, /is not of this ranking/],
  ])('has %s', async (_, changes, message) => {
    const failed = rank({ cfg: TINY, data, overrides: ['OUT_DIR', folder], ...changes }).result;
    await expect(failed).rejects.toMatchObject({ name: 'UsageError', message: expect.stringMatching(message) });
  });

  it('is also refused by the command', async () => {
    const result = await run(rankIn(folder, '--proxies', 'rmi,synflwo'));
    expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/synflwo.*synflow/) });
    expect(result.stderr).not.toMatch(/^\s+at .*:\d+:\d+|Traceback/m);
  });

  it('is not refused without a table: test accuracies ship with rminas', async () => {
    const env = { RMINAS_HOME: temporaryHome() };
    const args = ['rank', '--cfg', TINY, '--architectures', '3', '--proxies', 'flops', '--out', folder, '--json'];
    const { code, stdout } = await runInProcess([...args, '--data', temporaryFolder()], { env });
    expect(code).toBe(0);
    const ranked = JSON.parse(stdout) as RankingResult;
    expect(ranked.benchmark.source).toContain('shipped with rminas');
    expect(ranked.sample).toMatchObject({ drawn: 3, unknown: 0 });
  });
});
