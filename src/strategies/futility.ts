import type { Bound } from '../protocol/messages.js';

/** What a training left behind. */
export interface TrainingRecord {
  /** The loss before each update, null where it was not finite. */
  readonly curve: readonly (number | null)[];
  /** Infinite when it is not finite. */
  readonly loss: number;
  /** Whether it was stopped as futile: then its loss is not what it would have come to. */
  readonly stopped: boolean;
}

/** Those that ended within so many times the limit show how slowly a good one may start. */
const REACH = 2.5;
/** Those that ended so near the limit show what a good one does, and the next one may do it worse by the margin. */
const NEAR = 1.5;
const MARGIN = 1.25;
/** Fewer trainings within reach show nothing. */
const FEWEST_REFERENCES = 8;
/** Checkpoints in a training, evenly spread. */
const CHECKPOINTS = 30;

/**
 * The bounds that tell a futile training: at each checkpoint the worst that any architecture had reached by then
 * which ended within {@link REACH} times the limit, and with a margin that of any which ended {@link NEAR} it. Where
 * losses do not tell architectures apart, all are near, and the margin keeps what is no worse than the others.
 *
 * One-sided: no bound lies under the limit, so that the loss of a stopped training never does. More trainings to
 * learn from never tighten the bounds of a limit. The notes on performance have the measurements behind the constants.
 * @param trainings of the run so far; twins share one curve, which counts once.
 * @param limit losses above it are of no interest; positive.
 * @returns by rising step, none at the first loss and at the last; empty while too little is known.
 */
export function futilityBounds(trainings: readonly TrainingRecord[], limit: number): Bound[] {
  const references = trainings.filter(({ stopped, loss }) => !stopped && loss < REACH * limit);
  const losses = new Map(references.map(({ curve, loss }) => [curve, loss]));
  if (losses.size < FEWEST_REFERENCES) return [];
  const reached = [...losses].map(([curve, loss]) => ({
    lowest: lowestSoFar(curve),
    margin: loss < NEAR * limit ? MARGIN : 1,
  }));
  const steps = Math.min(...reached.map(({ lowest }) => lowest.length));
  const spacing = Math.max(1, Math.floor(steps / CHECKPOINTS));
  const bounds: Bound[] = [];
  for (let step = 1 + spacing; step < steps; step += spacing) {
    const worst = reached.map(({ lowest, margin }) => margin * (lowest[step - 1] ?? limit));
    bounds.push({ step, loss: Math.max(limit, ...worst) });
  }
  return bounds;
}

/** The step at which the bounds would have stopped a training; null when it crosses none. */
export function crossingOf(curve: TrainingRecord['curve'], bounds: readonly Bound[]): number | null {
  const lowest = lowestSoFar(curve);
  const crossed = bounds.find(({ step, loss }) => (lowest[step - 1] ?? Number.NEGATIVE_INFINITY) > loss);
  return crossed?.step ?? null;
}

/** The lowest loss up to each step: a loss that jumps for a few steps is no reason to stop. */
function lowestSoFar(curve: TrainingRecord['curve']): number[] {
  let lowest = Number.POSITIVE_INFINITY;
  return curve.map((loss) => {
    lowest = Math.min(lowest, loss ?? Number.POSITIVE_INFINITY);
    return lowest;
  });
}
