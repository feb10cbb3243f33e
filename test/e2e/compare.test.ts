import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ComparisonResult, comparisonResultSchema } from '../../src/jobs/compare/result.js';
import { resultSchema, type SearchResult } from '../../src/jobs/search/result.js';
import { writeWholeNasBench201 } from '../benchmarks/tables.js';
import { scaled } from '../support/limits.js';
import { ROOT, startCli, temporaryFolder, temporaryHome } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const TINY = join(ROOT, 'test/fixtures/tiny.yaml');
/** Searches by the accuracies of the table: fast, and without PyTorch. */
const ORACLE = ['--objectives', 'benchmark', 'RMINAS.RF_SUCC', '50', 'RMINAS.BENCHMARK_SERIES', 'cifar10 ori-test'];

/** All comparisons share one data home, and so one index. */
const env = { RMINAS_HOME: temporaryHome() };
const data = temporaryFolder();

beforeAll(() => {
  mkdirSync(join(data, 'nas-bench-201'));
  writeWholeNasBench201(join(data, 'nas-bench-201', 'table.csv'));
});

const compareArgs = (...args: string[]) => ['compare', '--cfg', TINY, '--data', data, ...args];
const compare = (...args: string[]) => runInProcess(compareArgs(...args), { env });

function parse(stdout: string): ComparisonResult {
  const result: ComparisonResult = JSON.parse(stdout);
  expect(comparisonResultSchema.parse(result)).toEqual(result);
  return result;
}

const journalOf = (folder: string) => readFileSync(join(folder, 'journal.jsonl'), 'utf8');
const runsOf = ({ rows }: ComparisonResult) => rows.flatMap(({ runs }) => runs);
/** The parts of a result that do not depend on the clock or the folder. */
const foundBy = (result: ComparisonResult) =>
  runsOf(result).map(({ seed, genotype, architectures, figures, ended }) => ({
    ...{ seed, genotype, architectures, figures, ended },
  }));

describe('rminas compare, of strategies', () => {
  const out = temporaryFolder();
  const common = ['--seeds', '1-2', '--cost', 'evaluations', '--json', ...ORACLE];
  const args = ['--strategies', 'forest,random', ...common];
  let result: ComparisonResult;

  beforeAll(async () => {
    const run = await compare('--out', out, '--budget', '20', ...args);
    expect(run).toMatchObject({ code: 0 });
    result = parse(run.stdout);
  }, scaled(180_000));

  it('gives each strategy the same budget', () => {
    expect(result.rows.map(({ name }) => name)).toEqual(['forest-benchmark', 'random-benchmark']);
    expect(runsOf(result).map(({ cost }) => cost.evaluations)).toEqual([20, 20, 20, 20]);
    expect(result).toMatchObject({ cost: 'evaluations', budget: 20, failures: [] });
  });

  it('compares them by the table: three data sets, the optimum, and the vote of the best architectures', () => {
    const best = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|';
    expect(result.series.map(({ dataset }) => dataset)).toEqual(['cifar10', 'cifar100', 'ImageNet16-120']);
    expect(result.series[0]?.optimum).toEqual({ genotype: best, accuracy: 85 });
    expect(result.voting).toMatchObject({ genotype: best, voters: 50, figures: [{ rank: 1, regret: 0 }, {}, {}] });
    for (const { figures } of runsOf(result)) {
      expect((figures[0]?.accuracy ?? 0) + (figures[0]?.regret ?? 0)).toBeCloseTo(85, 9);
    }
    expect(result.published?.rows.map(({ method }) => method)).toContain('RMI-NAS');
  });

  it('writes the result, a CSV and a chart for each data set', () => {
    const { files } = result;
    expect(files.folder).toBe(out);
    expect(JSON.parse(readFileSync(files.result, 'utf8'))).toEqual(result);
    expect(readFileSync(files.csv, 'utf8').split('\n')[0]).toMatch(/^row,kind,strategy,objective,seed,/);
    expect(files.curves).toHaveLength(3);
    for (const file of files.curves) expect(readFileSync(file, 'utf8')).toMatch(/^<svg .*forest-benchmark/s);
  });

  it('repeats nothing, and continues when the budget grows', { timeout: scaled(180_000) }, async () => {
    const before = runsOf(result).map(({ folder }) => journalOf(folder));
    const again = parse((await compare('--out', out, '--budget', '20', ...args)).stdout);
    expect(again).toEqual(result);
    expect(runsOf(result).map(({ folder }) => journalOf(folder))).toEqual(before);

    const forest = ['--strategies', 'forest', '--jobs', '2', '--budget', '25'];
    const more = parse((await compare('--out', out, ...forest, ...common)).stdout);
    expect(runsOf(more).map(({ cost }) => cost.evaluations)).toEqual([25, 25]);
    const after = runsOf(more).map(({ folder }) => journalOf(folder));
    expect(after.map((journal, index) => journal.startsWith(before[index] ?? ''))).toEqual([true, true]);
    // The answers within the smaller budget stay the same.
    const less = parse((await compare('--out', out, '--budget', '20', ...args)).stdout);
    expect(foundBy(less)).toEqual(foundBy(result));
  });

  it('refuses a run of another configuration in its folder', async () => {
    const other = await compare('--out', out, '--budget', '20', ...args, 'RMINAS.RF_THRESRATE', '0.2');
    expect(other.code).toBe(2);
    expect(JSON.parse(other.stdout).error).toMatchObject({
      code: 'another-search',
      message: expect.stringMatching(/forest-benchmark-seed1 holds another search.*RMINAS\.RF_THRESRATE/),
    });
  });

  it('gives the same result after an interruption', { timeout: scaled(180_000) }, async () => {
    const folder = temporaryFolder();
    const whole = ['--out', folder, '--budget', '20', ...args];
    const { child, ended } = startCli(compareArgs(...whole), { env });
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (text: string) => {
        if (text.includes('1/4 ')) resolve();
      });
    });
    child.kill('SIGINT');
    const interrupted = await ended;
    expect(interrupted.code).toBe(130);
    expect(JSON.parse(interrupted.stdout).error).toMatchObject({ code: 'interrupted' });
    expect(existsSync(join(folder, 'comparison.json'))).toBe(false);
    const first = journalOf(join(folder, 'runs', 'forest-benchmark-seed1'));
    const rest = parse((await compare(...whole)).stdout);
    expect(foundBy(rest)).toEqual(foundBy(result));
    expect(journalOf(join(folder, 'runs', 'forest-benchmark-seed1'))).toBe(first);
    const locks = readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('lock-'));
    expect(locks).toEqual([]);
  });
});

describe('rminas compare, of runs', () => {
  it('accepts the runs of rminas search, and completes the search of a further configuration', {
    timeout: scaled(180_000),
  }, async () => {
    const out = temporaryFolder();
    const home = temporaryFolder();
    const searched = await runInProcess(['search', '--cfg', TINY, '--json', '--out', home, '--data', data], { env });
    const found: SearchResult = resultSchema.parse(JSON.parse(searched.stdout));
    const run = join(out, 'runs', 'forest-rmi-seed7');
    cpSync(found.files.folder, run, { recursive: true });
    const journal = journalOf(run);
    const also = ['--also', `further=${found.files.config}`, '--also-seeds', '7'];
    const compared = await compare('--out', out, '--seeds', '7', '--cost', 'steps', '--budget', '40', ...also);
    expect(compared).toMatchObject({ code: 0 });
    expect(journalOf(run)).toBe(journal);
    expect(compared.stdout).toMatch(/forest-rmi +│ +1 │ +(3\d|40)\.\d │/);

    const { rows } = JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8')) as ComparisonResult;
    const [budgeted, further] = rows;
    expect(budgeted?.runs[0]?.cost.steps).toBeLessThanOrEqual(40);
    expect(further).toMatchObject({ name: 'further', unlimited: true, strategy: 'forest', objective: 'rmi' });
    // The same search in another folder has as many steps and the same answer.
    expect(further?.runs[0]).toMatchObject({
      genotype: found.genotype,
      ended: found.stop.reason,
      architectures: found.cost.architectures,
    });
    expect(further?.runs[0]?.cost).toMatchObject({ steps: found.cost.steps, evaluations: found.cost.evaluations });
  });
});

describe('rminas compare, with invalid arguments', () => {
  it.each([
    [['--strategies', 'forrest'], 2, /no strategy 'forrest' \(--strategies\)\. Did you mean forest\?/],
    [['--budget', 'much'], 2, /--budget must be a number above 0, not 'much'/],
    [['--also', `macro=${join(ROOT, 'configs/nas-bench-macro-cifar10.yaml')}`], 2, /searches nas-bench-macro/],
    [['--python', '/none'], 3, /none/],
  ])('%j: exit code %i, before anything is made', async (args, code, message) => {
    const out = join(temporaryFolder(), 'none');
    const run = await compare('--out', out, ...args);
    expect(run).toMatchObject({ code, stdout: '' });
    expect(run.stderr).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });
});
