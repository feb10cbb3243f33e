/** Bounds that tell when a training can no longer lead to a good architecture. */
import type { Bound } from '../protocol/messages.js';
import type { Observation } from './strategy.js';

/** The fields of an observation that describe its training. */
export type TrainingRecord = Pick<Observation, 'curve' | 'loss' | 'stopped'>;

/** Trainings that ended below this multiple of the limit show how slowly a good training may start. */
const REACH = 2.5;
/** Trainings that ended below this multiple of the limit get a margin: the next good one may start somewhat slower. */
const NEAR = 1.5;
const MARGIN = 1.25;
/** With fewer trainings within reach there are no bounds. */
const FEWEST_REFERENCES = 8;
/** Checkpoints in a training, evenly spaced. */
const CHECKPOINTS = 30;

/**
 * Bounds for futile trainings. At each checkpoint the bound is the worst of the lowest losses that reference
 * trainings had reached by then. References are the trainings that ended within {@link REACH} times the limit; those
 * that ended within {@link NEAR} times the limit count with {@link MARGIN}. Where losses hardly differ, all
 * trainings are near, and the margin keeps every training that is not clearly worse.
 *
 * No bound lies below the limit, so the loss of a stopped training never does either. More references never tighten
 * the bounds of the same limit. The notes on performance have the measurements behind the constants.
 * @param trainings of the run so far; isomorphic architectures share one curve, which counts once
 * @param limit losses above it are of no interest; positive
 * @returns bounds by rising step, without the first and the last step; empty while there are too few references
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

/** The step at which the bounds would have stopped a training; null when they would not have. */
export function crossingOf(curve: TrainingRecord['curve'], bounds: readonly Bound[]): number | null {
  const lowest = lowestSoFar(curve);
  const crossed = bounds.find(({ step, loss }) => (lowest[step - 1] ?? Number.NEGATIVE_INFINITY) > loss);
  return crossed?.step ?? null;
}

/** The lowest loss up to each step: a loss that jumps for a few steps must not stop a training. */
function lowestSoFar(curve: TrainingRecord['curve']): number[] {
  let lowest = Number.POSITIVE_INFINITY;
  return curve.map((loss) => {
    lowest = Math.min(lowest, loss ?? Number.POSITIVE_INFINITY);
    return lowest;
  });
}
