import { quantile } from '../statistics/quantile.js';

/** Added to the quantile so that a loss equal to it is good. Source: `RF_suggest._update_lossthres`. */
const MARGIN = 1e-9;
/** A forest needs good examples in the plural: the original asserts it. */
const FEWEST_GOOD = 2;

export interface Threshold {
  /** Finite; losses below it are good, and at least two of the warm-up are. */
  readonly value: number;
  /** Why it is not the plain quantile; null where it is. */
  readonly note: string | null;
}

/** A number above the loss: the margin alone vanishes beside a very large one. */
function justAbove(loss: number): number {
  return Math.max(loss + MARGIN, loss + Math.abs(loss) * Number.EPSILON);
}

/**
 * The loss below which an architecture is good: the quantile of the warm-up's losses. Where that leaves fewer than
 * two good ones, the second lowest loss takes over.
 * @param losses of the warm-up, infinite where training diverged.
 * @returns null when fewer than two losses are finite: then nothing can be told apart.
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
 * The threshold that a history fixes: that of its shortest beginning with all `planned` architectures of the warm-up
 * and two finite losses. Later losses never change it.
 * @returns null while there is no such beginning.
 */
export function fixedThreshold(losses: readonly number[], planned: number, rate: number): Threshold | null {
  let finite = 0;
  for (const [index, loss] of losses.entries()) {
    if (Number.isFinite(loss)) finite += 1;
    if (index + 1 >= planned && finite >= FEWEST_GOOD) return thresholdOf(losses.slice(0, index + 1), rate);
  }
  return null;
}

/**
 * A loss that the threshold will not exceed, whatever the rest of the warm-up brings: of the losses that the quantile
 * is interpolated from, or the second lowest if that takes over, the highest so far.
 * @param losses of the warm-up so far, those of trainings to the end.
 * @returns null while there are too few of them.
 */
export function provisionalLimit(losses: readonly number[], planned: number, rate: number): number | null {
  const decisive = Math.max(FEWEST_GOOD, Math.floor((planned - 1) * rate) + 2);
  const last = losses.filter(Number.isFinite).sort((a, b) => a - b)[decisive - 1];
  return last === undefined ? null : justAbove(last);
}
