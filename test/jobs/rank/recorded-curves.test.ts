/** Rank correlations between recorded losses and the accuracies of the real table. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { correlate } from '../../../src/jobs/rank/correlate.js';
import { resample } from '../../../src/statistics/bootstrap.js';

const DATA = process.env.RMINAS_TEST_DATA;
const BETA = 0.8;

interface Recording {
  /** Steps from one loss to the next. */
  readonly every: number;
  /** The two parts of each loss. */
  readonly evaluations: readonly {
    readonly index: number;
    readonly losses: readonly [number | null, number | null][];
  }[];
}

function read(...path: string[]): string {
  return readFileSync(join(DATA ?? '', ...path), 'utf8').replaceAll('NaN', 'null');
}

function goodness(losses: readonly [number | null, number | null] | undefined): number {
  const [rmi, crossEntropy] = losses ?? [null, null];
  return rmi === null || crossEntropy === null ? Number.NEGATIVE_INFINITY : -(BETA * rmi + (1 - BETA) * crossEntropy);
}

describe.skipIf(DATA === undefined)('120 random architectures after 50 steps (needs RMINAS_TEST_DATA)', () => {
  it.each([
    [5, 0.62],
    [2, 0.74],
    [1, 0.72],
  ])('with %i cells a stage are ranked with τ %f on CIFAR-10', (cells, tau) => {
    const { every, evaluations } = JSON.parse(read('curves', `nb201-cifar10-random-N${cells}.json`)) as Recording;
    const table = read('nas-bench-201', 'test-accuracy-200-epochs.csv').split('\n').slice(1);
    const scores = evaluations.map(({ losses }) => goodness(losses[50 / every]));
    const accuracies = evaluations.map(({ index }) => Number(table[index]?.split(',')[2]));
    const { architectures, kendall } = correlate(scores, accuracies, 1, resample(scores.length, 200, 1));
    expect(architectures).toBe(120);
    expect(kendall.value).toBeCloseTo(tau, 2);
    expect(kendall.low).toBeLessThan(tau - 0.04);
    expect(kendall.high).toBeGreaterThan(tau + 0.03);
  });
});
