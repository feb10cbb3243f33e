import { describe, expect, it } from 'vitest';
import { belongsTo, chooseSeries } from '../../src/benchmarks/series.js';
import { outcomeOf } from '../../src/evaluators/benchmark.js';
import type { BenchmarkAnswer, BenchmarkSeries } from '../../src/protocol/messages.js';

const series = (
  dataset: string,
  split: string,
  epochs: number | null,
  seed: number | null = null,
): BenchmarkSeries => ({
  dataset,
  split,
  epochs,
  seed,
  aggregation: seed === null ? 'mean over seeds' : `seed ${seed}`,
  reported: split === 'ori-test',
  architectures: 3,
  best: 94,
  worst: 10,
  mean: 80,
});
const summaryOf = (all: BenchmarkSeries[]) => ({
  benchmark: 'toy',
  source: 'toy.csv',
  architectures: 3,
  series: all,
  costs: [],
});
const FULL = [
  series('cifar10', 'ori-test', 200),
  series('cifar10-valid', 'x-valid', 200, 777),
  series('cifar10-valid', 'x-valid', 12),
  series('cifar10-valid', 'x-valid', 200),
  series('cifar100', 'x-valid', 200),
  series('ImageNet16-120', 'x-valid', 200),
];
const brief = ({ dataset, split, epochs, seed }: BenchmarkSeries) => [dataset, split, epochs, seed];

describe('the series of a search', () => {
  it('is the mean validation accuracy on the data set after the longest training', () => {
    const choose = (dataset: string) => brief(chooseSeries(summaryOf(FULL), dataset, null));
    expect(choose('cifar10')).toEqual(['cifar10-valid', 'x-valid', 200, null]);
    expect(choose('cifar100')).toEqual(['cifar100', 'x-valid', 200, null]);
    expect(choose('imagenet16-120')).toEqual(['ImageNet16-120', 'x-valid', 200, null]);
  });

  it('is the named one', () => {
    const choose = (dataset: string, split: string, epochs: number | null) =>
      brief(chooseSeries(summaryOf(FULL), 'cifar10', { dataset, split, epochs }));
    expect(choose('cifar10', 'ori-test', null)).toEqual(['cifar10', 'ori-test', 200, null]);
    expect(choose('CIFAR10-valid', 'x-valid', 12)).toEqual(['cifar10-valid', 'x-valid', 12, null]);
    expect(() => choose('cifar10', 'ori-test', 12)).toThrow(/no figures of cifar10 ori-test 12/);
  });

  it('is never the test accuracy, unless that was named', () => {
    const summary = summaryOf([series('cifar10', 'ori-test', 200)]);
    expect(() => chooseSeries(summary, 'cifar10', null)).toThrow(/only test accuracy.*oracle/);
    expect(() => chooseSeries(summaryOf(FULL), 'digits', null)).toThrow(/no validation accuracy on digits/);
  });

  it('identifies a figure of an architecture', () => {
    const [first] = FULL as [BenchmarkSeries];
    expect(FULL.map((one) => belongsTo(one, first))).toEqual([true, false, false, false, false, false]);
  });
});

describe('the outcome of a table lookup', () => {
  const [wanted] = [series('cifar10-valid', 'x-valid', 12)] as const;
  const figure = (over: Partial<BenchmarkAnswer['figures'][number]>) => {
    const { architectures: _, best: __, worst: ___, mean: ____, ...fields } = wanted;
    return {
      ...fields,
      accuracy: 91,
      rank: 1,
      of: 3,
      regret: 0,
      loss: null,
      trainSeconds: 100,
      evalSeconds: 5,
      ...over,
    };
  };
  const answer = (...figures: BenchmarkAnswer['figures']): BenchmarkAnswer => ({
    benchmark: 'toy',
    source: 'toy.csv',
    number: 0,
    genotype: 'g',
    architectures: 3,
    figures,
    costs: {},
  });

  it('is the accuracy, with the training time if the table has it', () => {
    const other = figure({ epochs: 200, accuracy: 94 });
    expect(outcomeOf(answer(other, figure({})), wanted)).toMatchObject({
      evaluation: { loss: null, steps: 0, seconds: 0 },
      parts: { accuracy: 91 },
      simulatedSeconds: 105,
    });
    expect(outcomeOf(answer(figure({ evalSeconds: null })), wanted)).toMatchObject({ simulatedSeconds: 100 });
    expect(outcomeOf(answer(figure({ trainSeconds: null })), wanted)).not.toHaveProperty('simulatedSeconds');
  });

  it('is a failure if the table lacks the architecture', () => {
    expect(outcomeOf(null, wanted)).toEqual({ failure: expect.stringContaining('cifar10-valid x-valid 12') });
    expect(outcomeOf(answer(figure({ epochs: 200 })), wanted)).toHaveProperty('failure');
  });
});
