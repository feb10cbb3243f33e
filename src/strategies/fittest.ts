import type { Observation } from './strategy.js';

/** The one of lower loss; of equal ones the first. */
export function fitter(one: Observation, other: Observation): Observation {
  return other.loss < one.loss ? other : one;
}

/** The one of lowest loss, of equal ones the first; undefined where there is none. */
export function fittestOf(observations: readonly Observation[]): Observation | undefined {
  const [first, ...others] = observations;
  return first && others.reduce(fitter, first);
}
