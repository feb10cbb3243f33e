/** The keys and settings that all strategies share. */
import { type KeyGroup, number, wholeNumber } from '../definitions/key.js';
import { UsageError } from '../errors.js';
import type { AnswerSettings } from './answers/settings.js';

/** Keys that every strategy reads. Their defaults are those of the paper and of XNAS's files. */
export const COMMON_STRATEGY_KEYS = {
  'RMINAS.RF_WARMUP': wholeNumber(100, { least: 1, most: 100_000 }, 'Random architectures to evaluate first.'),
  'RMINAS.RF_THRESRATE': number(
    0.05,
    { above: 0, below: 1 },
    'Quantile of the losses of the warm-up; architectures below it are good.',
  ),
  'RMINAS.RF_SUCC': wholeNumber(
    100,
    { least: 1, most: 100_000 },
    'Good architectures that the forest must find after the warm-up. The default of `MAX_EVALUATIONS` depends on it.',
  ),
  'RMINAS.MAX_EVALUATIONS': wholeNumber(
    0,
    { least: 0, most: 100_000 },
    'Most evaluations; 0 is `RF_WARMUP` + 10 · `RF_SUCC`.',
  ),
} satisfies KeyGroup;

/** Settings that every strategy needs. */
export interface CommonSettings extends AnswerSettings {
  /** Distinct random architectures before the first guided one; at least 1. */
  readonly warmup: number;
  /** Quantile of the warm-up's losses below which an architecture is good; 0 to 1. */
  readonly thresholdRate: number;
  /** Most evaluations; at least 1. */
  readonly cap: number;
  /** The run's seed, in [0, 2^53). */
  readonly seed: number;
}

/** @throws UsageError when a setting is out of its range. */
export function checkCommonSettings(strategy: string, { warmup, cap, thresholdRate }: CommonSettings): void {
  checkCounts(strategy, { warmup, cap });
  if (thresholdRate >= 0 && thresholdRate <= 1) return;
  throw new UsageError(`The ${strategy} strategy's threshold rate must lie in 0 to 1, but it is ${thresholdRate}.`, {
    code: 'invalid-setting',
  });
}

/** @throws UsageError when a number is not a whole number of at least 1. */
export function checkCounts(strategy: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new UsageError(`The ${strategy} strategy's ${name} must be a whole number of at least 1, not ${count}.`, {
      code: 'invalid-setting',
    });
  }
}
