import { createRandom } from '../random/random.js';
import { quantile } from './quantile.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Indices for a percentile bootstrap (Efron and Tibshirani 1993, section 13.3): each draw takes `count` of `count`
 * items with replacement. Estimates on the same draws can be compared in pairs.
 * @param draws number of draws
 * @returns one array of `count` indices for each draw
 */
export function resample(count: number, draws: number, seed: number): Int32Array[] {
  return Array.from({ length: draws }, (_, draw) => {
    const random = createRandom(seed, 'bootstrap', draw);
    return Int32Array.from({ length: count }, () => random.below(count));
  });
}

/**
 * The interval that contains the middle estimates of all draws.
 * @param estimates null for a draw without an estimate; such draws are left out
 * @param level share of the estimates in the interval, between 0 and 1, e.g. 0.95
 * @returns null when no draw has an estimate
 */
export function percentileInterval(estimates: readonly (number | null)[], level: number): Interval | null {
  const known = estimates.filter((estimate) => estimate !== null);
  if (known.length === 0) return null;
  const tail = (1 - level) / 2;
  return { low: quantile(known, tail), high: quantile(known, 1 - tail) };
}
