/** The answer of a model of everything that was evaluated. */
import type { Space } from '../../spaces/space.js';
import type { Observation, SearchAnswer } from '../strategy.js';
import { type LinearModelOptions, ModelData } from './linear-model.js';
import { Optimiser } from './optimum.js';

/**
 * Answers with the architecture that a linear model of all observations predicts to be best in the whole space, in its
 * canonical form. It may not have been evaluated. Only choices that an observation has can be chosen.
 * @param ranked the observations with a finite loss, best first; at least one
 */
export function modelAnswer(
  space: Space,
  history: readonly Observation[],
  { ranked, ...options }: LinearModelOptions & { ranked: readonly Observation[] },
): SearchAnswer {
  const data = new ModelData(space, history, options);
  const optimiser = new Optimiser(data);
  const model = data.fit();
  return {
    encoding: space.canonical(optimiser.best(model)),
    voters: ranked,
    note: `The best architecture of ${NAMES[options.kind]} model of ${history.length} evaluated ones.`,
    preference: { value: model.value, allows: (encoding) => optimiser.knows(encoding) },
  };
}

const NAMES = { additive: 'an additive', pairwise: 'a pairwise' } as const;
