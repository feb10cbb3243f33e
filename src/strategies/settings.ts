import { UsageError } from '../errors.js';

/** What every strategy is told. */
export interface CommonSettings {
  /** Distinct random architectures before the first guided one; at least 1. */
  readonly warmup: number;
  /** Quantile of the warm-up's losses below which an architecture is good; 0 to 1. */
  readonly thresholdRate: number;
  /** Most evaluations; at least 1. */
  readonly cap: number;
  /** The run's seed, in [0, 2^53). */
  readonly seed: number;
}

/** @throws UsageError when one of the numbers is not a whole number from 1 up. */
export function checkCounts(strategy: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new UsageError(`The ${strategy} strategy's ${name} must be a whole number from 1 up, not ${count}.`, {
      code: 'invalid-setting',
    });
  }
}

/** @throws UsageError when a setting is out of its range. */
export function checkCommonSettings(strategy: string, { warmup, cap, thresholdRate }: CommonSettings): void {
  checkCounts(strategy, { warmup, cap });
  if (thresholdRate >= 0 && thresholdRate <= 1) return;
  throw new UsageError(`The ${strategy} strategy's threshold rate must lie in 0 to 1, but it is ${thresholdRate}.`, {
    code: 'invalid-setting',
  });
}
