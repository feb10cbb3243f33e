import { quantile } from '../statistics/quantile.js';
import type { CommonSettings } from './common.js';
import type { Observation, SearchStatus } from './strategy.js';

/** Added to the quantile so that a loss equal to it is good. Source: `RF_suggest._update_lossthres`. */
const MARGIN = 1e-9;
/** A forest needs at least two good examples; the original asserts it. */
const FEWEST_GOOD = 2;

export interface Threshold {
  /** Finite. Losses below it are good; at least two losses of the warm-up are. */
  readonly value: number;
  /** Why it differs from the plain quantile; null when it does not. */
  readonly note: string | null;
}

/** A number just above the loss. Beside a very large loss the margin alone would vanish in rounding. */
function justAbove(loss: number): number {
  return Math.max(loss + MARGIN, loss + Math.abs(loss) * Number.EPSILON);
}

/**
 * The loss below which an architecture is good: the quantile of the warm-up's losses. If fewer than two losses lie
 * below the quantile, the second lowest loss is used instead.
 * @param losses losses of the warm-up; infinite where the training diverged
 * @param rate of the quantile, 0 to 1
 * @returns null when fewer than two losses are finite, because no threshold can be set then
 */
export function thresholdOf(losses: readonly number[], rate: number): Threshold | null {
  const second = losses.filter(Number.isFinite).sort((a, b) => a - b)[FEWEST_GOOD - 1];
  if (second === undefined) return null;
  const plain = quantile(losses, rate) + MARGIN;
  if (!Number.isFinite(plain)) {
    const note = `The ${rate} quantile of the warm-up's losses is not finite: the second lowest loss is the threshold.`;
    return { value: justAbove(second), note };
  }
  if (losses.filter((loss) => loss < plain).length >= FEWEST_GOOD) return { value: plain, note: null };
  const note = `Fewer than two losses lie under the warm-up's ${rate} quantile: the second lowest is the threshold.`;
  return { value: justAbove(second), note };
}

/**
 * The threshold that a history sets. It comes from the shortest beginning that contains the whole planned warm-up
 * and two finite losses, so later losses never change it.
 * @param planned architectures in the warm-up
 * @returns null until there is such a beginning
 */
export function fixedThreshold(losses: Iterable<number>, planned: number, rate: number): Threshold | null {
  const beginning: number[] = [];
  let finite = 0;
  for (const loss of losses) {
    beginning.push(loss);
    if (Number.isFinite(loss)) finite += 1;
    if (beginning.length >= planned && finite >= FEWEST_GOOD) return thresholdOf(beginning, rate);
  }
  return null;
}

function* lossesOf(history: readonly Observation[]): Generator<number, void> {
  for (const { loss } of history) yield loss;
}

/**
 * An upper limit of the threshold during the warm-up: no further loss can raise the threshold above it. It is the
 * highest of the losses that the quantile could be interpolated from, or the second lowest loss.
 * @param losses losses of the warm-up so far, from trainings that ran to their end
 * @returns null while there are too few losses
 */
export function provisionalLimit(losses: readonly number[], planned: number, rate: number): number | null {
  const decisive = Math.max(FEWEST_GOOD, Math.floor((planned - 1) * rate) + 2);
  const last = losses.filter(Number.isFinite).sort((a, b) => a - b)[decisive - 1];
  return last === undefined ? null : justAbove(last);
}

/** The status of a search whose warm-up sets the threshold. */
export function searchStatus(
  history: readonly Observation[],
  options: Pick<SearchStatus, 'warmup' | 'cap' | 'successesWanted'> & Pick<CommonSettings, 'thresholdRate'>,
): SearchStatus {
  const { thresholdRate, ...limits } = options;
  const threshold = fixedThreshold(lossesOf(history), limits.warmup, thresholdRate);
  const limit = threshold?.value ?? Number.NEGATIVE_INFINITY;
  let successes = 0;
  for (const { phase, loss } of history) if (phase === 'guided' && loss < limit) successes += 1;
  return {
    threshold: threshold?.value ?? null,
    thresholdNote: threshold?.note ?? null,
    successes,
    ...limits,
  };
}
