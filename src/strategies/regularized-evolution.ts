import { createRandom, type Random } from '../random/random.js';
import { pick } from '../random/sampling.js';
import type { Space } from '../spaces/space.js';
import { createBudgeted } from './budgeted.js';
import { proposeNew } from './draw.js';
import { fitter } from './fittest.js';
import { type CommonSettings, checkCounts } from './settings.js';
import type { Observation, Strategy } from './strategy.js';

export interface EvolutionSettings extends CommonSettings {
  /** Architectures that live: those proposed last; at least 1. */
  readonly population: number;
  /** Architectures that compete to have a child; at least 1. */
  readonly sample: number;
}

/**
 * Regularized evolution, the method of AmoebaNet (Real et al., AAAI 2019, algorithm 1): the fittest of a few that are
 * drawn from the population, with replacement, has a child that differs from it in one choice; the child joins the
 * population and the oldest one dies, however fit. A child that has lived before is drawn anew.
 * @throws UsageError when a setting is out of its range.
 */
export function createRegularizedEvolution(options: { space: Space; settings: EvolutionSettings }): Strategy {
  const name = 'regularized-evolution';
  const { space, settings } = options;
  const { seed, population, sample } = settings;
  checkCounts(name, { population, sample });
  return createBudgeted({
    name,
    space,
    settings,
    guide: (history, wanted) => {
      const random = createRandom(seed, 'evolution', history.length);
      const living = history.slice(-population);
      const bear = () => pick(random, space.neighbours(parentOf(random, living, sample).encoding));
      return proposeNew(bear, { space, random, history, wanted });
    },
  });
}

function parentOf(random: Random, living: readonly Observation[], sample: number): Observation {
  return Array.from({ length: sample }, () => pick(random, living)).reduce(fitter);
}
