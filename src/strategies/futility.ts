import type { Bound } from '../protocol/messages.js';

/** What a training left behind. */
export interface Training {
  /** The loss before each update, null where it was not finite. */
  readonly curve: readonly (number | null)[];
  /** Infinite when it is not finite. */
  readonly loss: number;
  /** Whether it was stopped as futile: then its loss is not what it would have come to. */
  readonly stopped: boolean;
}

/** Architectures that ended within so many times the limit show how slowly a good one may start. */
const REACH = 3;
/** Fewer of them show nothing. */
const FEWEST_REFERENCES = 8;
/** Checkpoints in a training, evenly spread. */
const CHECKPOINTS = 30;

/**
 * The bounds that tell a futile training: at each checkpoint the worst that any architecture had reached by then
 * which ended within {@link REACH} times the limit. An architecture that is worse still is more than three times as
 * far behind as what the limit separates, and has never been seen to catch up.
 *
 * One-sided: no bound lies under the limit, so that the loss of a stopped training never does. More trainings to
 * learn from never tighten the bounds of a limit. The notes on performance have the measurements behind the constants.
 * @param trainings of the run so far; twins share one curve, which counts once.
 * @param limit losses above it are of no interest.
 * @returns by rising step, none at the first loss and at the last; empty while too little is known.
 */
export function futilityBounds(trainings: readonly Training[], limit: number): Bound[] {
  const references = trainings.filter(({ stopped, loss }) => !stopped && loss < REACH * limit);
  const curves = [...new Set(references.map(({ curve }) => curve))];
  if (curves.length < FEWEST_REFERENCES) return [];
  const steps = Math.min(...curves.map(({ length }) => length));
  const spacing = Math.max(1, Math.floor(steps / CHECKPOINTS));
  const lowest = curves.map(lowestSoFar);
  const bounds: Bound[] = [];
  for (let step = 1 + spacing; step < steps; step += spacing) {
    bounds.push({ step, loss: Math.max(limit, ...lowest.map((losses) => losses[step - 1] ?? limit)) });
  }
  return bounds;
}

/** The step at which the bounds would have stopped a training; null when it crosses none. */
export function crossingOf(curve: Training['curve'], bounds: readonly Bound[]): number | null {
  const lowest = lowestSoFar(curve);
  const crossed = bounds.find(({ step, loss }) => (lowest[step - 1] ?? Number.NEGATIVE_INFINITY) > loss);
  return crossed?.step ?? null;
}

/** The lowest loss up to each step: a loss that jumps for a few steps is no reason to stop. */
function lowestSoFar(curve: Training['curve']): number[] {
  let lowest = Number.POSITIVE_INFINITY;
  return curve.map((loss) => {
    lowest = Math.min(lowest, loss ?? Number.POSITIVE_INFINITY);
    return lowest;
  });
}
