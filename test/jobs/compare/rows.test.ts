import { describe, expect, it } from 'vitest';
import { svgOf } from '../../../src/charts/svg.js';
import { testSeriesOf } from '../../../src/jobs/compare/benchmark-figures.js';
import { regretCharts } from '../../../src/jobs/compare/charts.js';
import { NO_COST } from '../../../src/jobs/compare/cost.js';
import { comparisonCsv } from '../../../src/jobs/compare/csv.js';
import { publishedOf } from '../../../src/jobs/compare/published.js';
import { type ComparisonResult, comparisonResultSchema, type Figure } from '../../../src/jobs/compare/result.js';
import { answersOf, type RecordedSearch, type RowOptions, rowOf } from '../../../src/jobs/compare/rows.js';
import { describeComparison } from '../../../src/terminal/tables/comparison.js';

const FIGURES: Readonly<Record<string, Figure>> = {
  best: { accuracy: 94, rank: 1, regret: 0 },
  vote: { accuracy: 93, rank: 3, regret: 1 },
  poor: { accuracy: 90, rank: 90, regret: 4 },
};
const figuresOf = (genotype: string) => [FIGURES[genotype] ?? null];

/** A search whose answers change to these, a second apart. */
function searched(seed: number, answers: readonly (string | null)[], ended: string | null = null): RecordedSearch {
  const steps = answers.map((genotype, index) => ({
    architectures: index + 1,
    cost: { ...NO_COST, seconds: index + 1, steps: 10 * (index + 1), flops: 100 * (index + 1) },
    genotype,
  }));
  return { seed, folder: `runs/${seed}`, trajectory: { steps, ended } };
}

function rowWith(searches: readonly RecordedSearch[], changes: Partial<RowOptions> = {}) {
  return rowOf({
    ...{ name: 'forest-rmi', strategy: 'forest', objective: 'rmi', cfg: 'a.yaml', unlimited: false },
    ...{ searches, kind: 'seconds', budget: null, series: 1, figuresOf, voting: figuresOf('vote') },
    ...changes,
  });
}

describe('a row of a comparison', () => {
  const searches = [searched(1, ['poor', 'vote', 'best'], 'evaluation-cap'), searched(2, [null, 'poor', 'vote'])];

  it('has the answers of its searches within the budget', () => {
    const { runs, cost, architectures, figures } = rowWith(searches, { budget: 2 });
    expect(runs.map(({ genotype, architectures: count, ended }) => [genotype, count, ended])).toEqual([
      ['vote', 2, null],
      ['poor', 2, null],
    ]);
    expect(cost).toMatchObject({ seconds: { mean: 2, deviation: 0 }, flops: { mean: 200, deviation: 0 } });
    expect(architectures).toEqual({ mean: 2, deviation: 0 });
    expect(figures[0]).toMatchObject({ regret: { mean: 2.5, deviation: Math.sqrt(4.5) }, optimal: 0, asGoodAsVote: 1 });
  });

  it('counts answers that are optimal, and answers as good as the vote of the best architectures', () => {
    expect(rowWith(searches).figures[0]).toMatchObject({
      accuracy: { mean: 93.5 },
      rank: { mean: 2 },
      optimal: 1,
      asGoodAsVote: 2,
    });
    expect(rowWith(searches).runs.map(({ ended }) => ended)).toEqual(['evaluation-cap', null]);
  });

  it('can be limited by another kind of cost', () => {
    const { runs } = rowWith(searches, { kind: 'steps', budget: 10 });
    expect(runs.map(({ genotype }) => genotype)).toEqual(['poor', null]);
  });

  it('has no mean if one search has no answer', () => {
    expect(rowWith(searches, { budget: 1 }).figures).toEqual([null]);
    expect(rowWith([searched(1, ['unknown'])]).figures).toEqual([null]);
    expect(rowWith([])).toMatchObject({ cost: null, architectures: null, figures: [null], curves: [[]] });
  });

  it('goes to the end if it has no budget', () => {
    expect(rowWith(searches, { budget: 1, unlimited: true }).runs.map(({ architectures }) => architectures)).toEqual([
      3, 3,
    ]);
  });

  it('has the curve of its regret, beginning where all searches have an answer', () => {
    expect(rowWith(searches).curves[0]).toEqual([
      { cost: 2, median: 2.5, low: 1.75, high: 3.25 },
      { cost: 3, median: 0.5, low: 0.25, high: 0.75 },
    ]);
    expect(rowWith(searches, { budget: 2 }).curves[0]?.map(({ cost }) => cost)).toEqual([2]);
  });

  it('includes every answer of its searches at any moment', () => {
    expect(answersOf(searches)).toEqual(['poor', 'vote', 'best']);
  });
});

const optimum = { genotype: 'best', accuracy: 94 };
const result: ComparisonResult = {
  ...{ schema: 1, rminas: '0', space: 'nas-bench-201', dataset: 'cifar10', cost: 'steps', budget: 25 },
  benchmark: 'a "table", of ours',
  series: [{ dataset: 'cifar10', split: 'ori-test', epochs: 200, aggregation: 'mean', architectures: 100, optimum }],
  rows: [
    rowWith([searched(1, ['poor', 'vote']), searched(2, ['poor', 'best'])]),
    rowWith([], { name: 'with "quotes", commas' }),
  ],
  voting: { genotype: 'vote', voters: 50, figures: figuresOf('vote') },
  published: publishedOf('nas-bench-201'),
  failures: [{ row: 'forest-rmi', seed: 3, reason: 'died' }],
  files: { folder: 'out', result: 'out/r', csv: 'out/c', curves: ['out/s'] },
};

describe('the output of a comparison', () => {
  it('has the shape of the schema', () => {
    expect(comparisonResultSchema.parse(result)).toEqual(result);
  });

  it('is a table with optimum, vote and published rows besides the measured ones', () => {
    const lines = describeComparison(result).split('\n');
    const line = (start: string) => lines.find((text) => text.includes(start)) ?? '';
    expect(line('│ forest-rmi ')).toMatch(
      / 2 │ +20\.0 ± 0\.0 │ +2\.00 ± 0\.00 │ .* 93\.50 ± 0\.71 │ +2\.0 ± 1\.4 │ +0\.50 ± 0\.71 │ +1\/2 │ +2\/2 │/,
    );
    expect(line('optimum ')).toContain('rank');
    expect(line("the space's optimum")).toMatch(/94\.00 │ +1 │ +0\.00/);
    expect(line('vote of the best 50')).toMatch(/93\.00 │ +3 │ +1\.00/);
    expect(line('RMI-NAS (published)')).toMatch(/1258\.2 │ +│ 94\.28 ± 0\.10/);
    expect(line('within 25 steps')).not.toBe('');
    expect(line('seed 3: died')).not.toBe('');
  });

  it('has no table wider than the terminal', () => {
    const columns = Object.getOwnPropertyDescriptor(process.stdout, 'columns');
    Object.defineProperty(process.stdout, 'columns', { value: 80, configurable: true });
    try {
      const lines = describeComparison(result).split('\n');
      const table = lines.slice(
        1,
        lines.findIndex((line) => line.startsWith('rank, regret:')),
      );
      expect(table[0]).toMatch(/^method +forest-rmi$/);
      expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(80);
      expect(table.join('\n')).toContain("the space's optimum");
    } finally {
      if (columns) Object.defineProperty(process.stdout, 'columns', columns);
      else Reflect.deleteProperty(process.stdout, 'columns');
    }
  });

  it('gives costs as many decimals as they need', () => {
    const flops = describeComparison({ ...result, cost: 'flops', budget: 2.5e6 });
    expect(flops).toContain('within 2.5 10¹² FLOPs');
    expect(flops).toMatch(/forest-rmi +│ +2 │ +0\.000200 ± 0\.000000 │/);
  });

  it('is a CSV whose lines all have the same number of cells', () => {
    const lines = comparisonCsv(result).trimEnd().split('\n');
    const cells = (text: string) => text.replaceAll(/"(?:[^"]|"")*"/g, 'x').split(',').length;
    expect(lines.map(cells)).toEqual(lines.map(() => cells(lines[0] ?? '')));
    expect(lines.filter((text) => text.includes(',measured,'))).toHaveLength(2);
    expect(lines.filter((text) => text.includes(',published,'))).toHaveLength(5);
    expect(lines[1]).toMatch(/^forest-rmi,measured,forest,rmi,1,2,2,20,200,0,0,,vote,93,,3,1$/);
  });

  it('is a chart for each series, with the vote of the best architectures', () => {
    const [chart] = regretCharts(result, svgOf);
    expect(chart?.dataset).toBe('cifar10');
    expect(chart?.svg).toContain('vote of the truly best: 1.00');
    expect(chart?.svg).toContain('>forest-rmi</text>');
  });
});

describe('the series that searches are compared by', () => {
  const series = (dataset: string, split: string, changes: object = {}) => ({
    ...{ dataset, split, epochs: 200, aggregation: 'mean over seeds', seed: null, reported: true },
    ...{ architectures: 9, best: 9, worst: 1, mean: 5, ...changes },
  });

  it('are the test accuracies that papers report, the searched data set first', () => {
    const chosen = testSeriesOf(
      [
        series('cifar100', 'x-test'),
        series('cifar10', 'ori-test', { epochs: 12, reported: false }),
        series('cifar10', 'ori-test'),
        series('cifar10', 'ori-test', { seed: 777 }),
        series('cifar10-valid', 'x-valid'),
        series('ImageNet16-120', 'x-test'),
        series('ImageNet16-120', 'ori-test', { reported: false }),
      ],
      'imagenet16-120',
    );
    expect(chosen.map(({ dataset, split, epochs }) => [dataset, split, epochs])).toEqual([
      ['ImageNet16-120', 'x-test', 200],
      ['cifar100', 'x-test', 200],
      ['cifar10', 'ori-test', 200],
    ]);
  });

  it('are the longest trainings if papers report none', () => {
    const all = [12, 200, 90].map((epochs) => series('cifar10', 'test', { epochs, reported: false }));
    expect(testSeriesOf(all, 'digits').map(({ epochs }) => epochs)).toEqual([200]);
  });
});
