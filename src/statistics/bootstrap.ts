import { createRandom } from '../random/random.js';
import { quantile } from './quantile.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Draws with replacement from `count` things, each as many as there are: their indices, for a percentile bootstrap
 * (Efron and Tibshirani 1993, section 13.3). What is estimated on the same draws can be compared pair by pair.
 * @param draws how many
 */
export function resample(count: number, draws: number, seed: number): Int32Array[] {
  return Array.from({ length: draws }, (_, draw) => {
    const random = createRandom(seed, 'bootstrap', draw);
    return Int32Array.from({ length: count }, () => random.below(count));
  });
}

/**
 * The middle part of the estimates on all draws.
 * @param estimates null where a draw has none, which is left out
 * @param level share of the estimates in the interval, between 0 and 1: 0.95
 * @returns null where no draw has an estimate
 */
export function percentileInterval(estimates: readonly (number | null)[], level: number): Interval | null {
  const known = estimates.filter((estimate) => estimate !== null);
  if (known.length === 0) return null;
  const tail = (1 - level) / 2;
  return { low: quantile(known, tail), high: quantile(known, 1 - tail) };
}
