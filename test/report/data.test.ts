import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { csvOf } from '../../src/charts/csv.js';
import { importBenchmark, readRun } from '../../src/index.js';
import { createRandom } from '../../src/random/random.js';
import { parameterBlocks } from '../../src/report/data/other/architecture-parameters.js';
import { csvLines } from '../../src/report/data/other/csv-lines.js';
import { PicturePacker, unpackPicture } from '../../src/report/data/pictures.js';
import { readRunReport, reportOf } from '../../src/report/data/read.js';
import { type Block, type RunReport, reportSchema } from '../../src/report/data/schema.js';
import { report } from '../../src/report/report.js';
import { numberInBenchmark } from '../benchmarks/tables.js';
import { recordSearch } from '../support/recorded-search.js';
import { ROOT, temporaryFolder } from '../support/run-cli.js';

const FIXTURES = join(ROOT, 'test/fixtures/journals/0.2.1');
const blocksOf = ({ sections }: RunReport) => sections.flatMap(({ blocks }) => blocks);
const chartOf = (run: RunReport, id: string) => {
  const found = blocksOf(run).find((block) => block.type === 'chart' && block.id === id);
  return (found as Extract<Block, { type: 'chart' }> | undefined)?.chart;
};

describe('the report of a search', () => {
  let run: RunReport;

  beforeAll(async () => {
    const folder = join(temporaryFolder(), 'run');
    const overrides = ['RMINAS.RF_WARMUP', '20', 'RMINAS.RF_SUCC', '5', 'RMINAS.MAX_EVALUATIONS', '60'];
    const failureOf = (index: number) => (index === 5 ? 'out of memory' : undefined);
    await recordSearch(folder, { cfg: 'nas-bench-201-cifar10', overrides, failureOf });
    run = await readRunReport(folder);
  });

  it('is a document of the schema', () => {
    expect(reportSchema.parse(JSON.parse(JSON.stringify(reportOf([run]))))).toEqual(reportOf([run]));
  });

  it('has the CKA of each stage over the steps of each training', () => {
    const trained = run.architectures.filter(({ cka, duplicateOf }) => cka.length > 0 && duplicateOf === null);
    expect(trained.length).toBeGreaterThan(20);
    for (const { ckaCurve } of trained) {
      expect(ckaCurve).toMatchObject({ every: 8 });
      expect(ckaCurve?.stages.map((values) => values.length)).toEqual([19, 19, 19]);
    }
  });

  it('has every architecture once, with its score or its failure', () => {
    const { architectures } = run;
    expect(architectures.filter(({ phase }) => phase === 'warm-up')).toHaveLength(20);
    expect(architectures.filter(({ failure }) => failure === 'out of memory').length).toBeGreaterThan(0);
    const chart = chartOf(run, 'search');
    const dots = chart?.kind === 'plane' ? chart.series.filter(({ as }) => as === 'dots') : [];
    const items = dots.flatMap(({ points }) => points.map(({ item }) => item));
    expect(items.sort((a, b) => Number(a) - Number(b))).toEqual([...architectures.keys()]);
  });

  it('puts the scores beside the accuracies that ship with rminas', () => {
    const chart = chartOf(run, 'accuracy');
    const points = chart?.kind === 'plane' ? chart.series.flatMap((series) => series.points) : [];
    const scored = run.architectures.filter(({ duplicateOf, loss }) => duplicateOf === null && loss !== null);
    expect(points).toHaveLength(scored.length);
    expect(points.every(({ y }) => y >= 10 && y < 95)).toBe(true);
  });

  it('counts the votes of the voters, and frames the choices of the answer', () => {
    const chart = chartOf(run, 'votes');
    if (chart?.kind !== 'heatmap') throw new Error('there are no votes');
    const voters = chart.values.map((row) => row.reduce<number>((sum, votes) => sum + (votes ?? 0), 0));
    expect(new Set(voters).size).toBe(1);
    const chosen = chart.chosen.map((column) => chart.columns[column ?? -1]);
    expect(chosen.every((name) => run.headline.includes(String(name)))).toBe(true);
  });

  it('names first what differs from the defaults', () => {
    const [changed] = blocksOf(run).flatMap((block) =>
      block.type === 'table' && block.title.includes('differ') ? [block] : [],
    );
    const keys = changed?.table.rows.map(({ cells }) => cells[0]) ?? [];
    expect(keys.slice(0, 2)).toEqual(['SPACE.NAME', 'LOADER.DATASET']);
    expect(keys).toContain('RMINAS.RF_WARMUP');
    expect(keys).not.toContain('OPTIM.MOMENTUM');
  });

  it('of an interrupted run says so, and gives the answer at that moment and the command that resumes it', async () => {
    const interrupted = await readRunReport(join(FIXTURES, 'search-interrupted'));
    expect(interrupted).toMatchObject({ kind: 'search', state: 'interrupted' });
    const commands = blocksOf(interrupted).flatMap((block) => (block.type === 'commands' ? block.commands : []));
    expect(commands.map(({ command }) => command).join('\n')).toContain('rminas search --resume ');
  });
});

describe('the report of a search whose answer is that of a model', () => {
  it('says how sure the answer is, and the choice of each slot', async () => {
    const folder = join(temporaryFolder(), 'run');
    const size = ['RMINAS.RF_WARMUP', '12', 'RMINAS.MAX_EVALUATIONS', '30', 'RMINAS.RF_SUCC', '99'];
    const overrides = [...size, 'RMINAS.STRATEGY', 'random', 'RMINAS.ANSWER', 'additive'];
    await recordSearch(folder, { cfg: 'nas-bench-201-cifar10', overrides });
    const run = await readRunReport(folder);
    expect(run.facts.find(({ label }) => label === 'confidence')?.value).toMatch(/^the same in \d+ %$/);
    const tables = blocksOf(run).flatMap((block) => (block.type === 'table' ? [block] : []));
    const rows = tables.find(({ title }) => title.startsWith('How sure'))?.table.rows ?? [];
    expect(rows).toHaveLength(6);
    for (const { cells } of rows) {
      expect(run.headline).toContain(String(cells[1]));
      expect(Number(cells[2])).toBeGreaterThanOrEqual(0);
      expect(Number(cells[2])).toBeLessThanOrEqual(100);
    }
  });
});

describe('the report of a search with an imported table', () => {
  it('puts the scores beside the accuracies of the table', async () => {
    const home = temporaryFolder();
    vi.stubEnv('RMINAS_HOME', home);
    onTestFinished(() => void vi.unstubAllEnvs());
    const folder = join(home, 'run');
    const size = ['RMINAS.RF_WARMUP', '10', 'RMINAS.MAX_EVALUATIONS', '12', 'RMINAS.RF_SUCC', '99'];
    await recordSearch(folder, { cfg: 'nas-bench-201-cifar10', overrides: [...size, 'RMINAS.STRATEGY', 'random'] });
    const genotypes = readRun(folder).evaluations.map(({ genotype }) => genotype);
    const lines = genotypes.map((genotype, index) => [numberInBenchmark(genotype), genotype, 20 + index, 1, 1].join());
    const table = join(home, 'table.csv');
    writeFileSync(table, `${['index,arch_str,cifar10_test,cifar100_test,imagenet16_120_test', ...lines].join('\n')}\n`);
    await importBenchmark({ file: table });
    const { architectures } = await readRunReport(folder);
    const accuracies = architectures.filter(({ duplicateOf }) => duplicateOf === null).map(({ accuracy }) => accuracy);
    expect(accuracies).toEqual(genotypes.map((_, index) => 20 + index));
  });
});

describe('the reports of other jobs', () => {
  it.each([
    ['rank-interrupted', 'ranking'],
    ['retrain-interrupted', 'retraining'],
  ])('of %s say that there is no result yet', async (name, kind) => {
    expect(await readRunReport(join(FIXTURES, name))).toMatchObject({
      kind,
      state: 'interrupted',
      caption: 'No result yet',
    });
  });

  it('names a folder without a job', async () => {
    await expect(readRunReport(temporaryFolder())).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('the folder has no run'),
    });
  });

  it('names a folder for charts that cannot be made', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const charts = join(file, 'charts');
    const options = { runs: [join(FIXTURES, 'compare')], out: join(folder, 'report.html'), charts };
    await expect(report(options)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(`${charts} could not be written`),
    });
  });

  it('writes each chart as SVG and CSV', async () => {
    const folder = temporaryFolder();
    cpSync(join(FIXTURES, 'compare'), join(folder, 'compare'), { recursive: true });
    const { charts, file } = await report({ runs: [join(folder, 'compare')], charts: join(folder, 'charts') });
    expect(existsSync(file)).toBe(true);
    expect(charts.length).toBeGreaterThan(0);
    for (const chart of charts) {
      const text = readFileSync(chart, 'utf8');
      if (chart.endsWith('.svg')) expect(text).toMatch(/^<svg .*<\/svg>\n$/s);
      else expect(csvLines(text).length).toBeGreaterThan(1);
    }
  });
});

describe('the report of a one-shot search', () => {
  it('has a heatmap of each kind of DARTS cell, with frames for the edges that were kept', () => {
    const operations = ['none', 'skip_connect', 'sep_conv_3x3'];
    const kept = "[('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 2)";
    const normal = `${kept}, ('skip_connect', 0), ('skip_connect', 1), ('skip_connect', 0), ('sep_conv_3x3', 4)]`;
    const reduce = normal.replaceAll('sep_conv_3x3', 'skip_connect');
    const genotype = `Genotype(normal=${normal}, normal_concat=range(2, 6), reduce=${reduce}, reduce_concat=range(2, 6))`;
    const alpha = Array.from({ length: 28 }, (_, row) => [-0.00012345, row / 1e6, 0.0012345]);
    const blocks = parameterBlocks({ space: 'darts', genotype, alpha, operations });
    const charts = blocks.flatMap((block) => (block.type === 'chart' ? [block.chart] : []));
    const [one, other] = charts.flatMap((chart) => (chart.kind === 'heatmap' ? [chart] : []));
    expect(one?.rows).toHaveLength(14);
    expect(one?.rows.slice(0, 3)).toEqual(['edge 0 → 2', 'edge 1 → 2', 'edge 0 → 3']);
    expect(one?.chosen.slice(0, 5)).toEqual([1, 2, 1, null, 2]);
    expect(other?.chosen.slice(0, 5)).toEqual([1, 1, 1, null, 1]);
    expect(one?.values[1]).toEqual([-0.00012, 0, 0.00123]);
    expect(other?.values[13]).toEqual([-0.00012, 0.00003, 0.00123]);
  });
});

describe('packed pictures', () => {
  it('are those that were packed, for every space', () => {
    for (const { space, graphs } of BUILT_IN.spaces) {
      const packer = new PicturePacker();
      const all = Array.from({ length: 10 }, (_, index) =>
        graphs(space.print(space.sample(createRandom(1, space.name, index)))),
      );
      const packed = all.map((one) => packer.pack(one));
      expect(packed.map((one) => unpackPicture(one, packer.pool))).toEqual(all);
    }
  });
});

describe('the reader of CSV', () => {
  it('reads what the writer writes', () => {
    const cell = fc.string({ maxLength: 6 });
    const lines = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(lines, (all) => {
        expect(csvLines(csvOf(all))).toEqual(all);
      }),
    );
  });
});
