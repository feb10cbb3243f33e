import { wholeNumber } from '../definitions/key.js';
import { createRandom, type Random } from '../random/random.js';
import { pick } from '../random/sampling.js';
import { lowerLoss } from './answer.js';
import { type BudgetOptions, createBudgeted } from './budgeted.js';
import { type CommonSettings, checkCounts } from './common.js';
import { defineStrategy } from './definition.js';
import type { Observation, Strategy } from './strategy.js';

const NAME = 'regularized-evolution';

export interface EvolutionSettings extends CommonSettings {
  /** Architectures in the population: the most recent ones; at least 1. */
  readonly population: number;
  /** Architectures that compete to become the parent; at least 1. */
  readonly sample: number;
}

/**
 * Regularized evolution, the method of AmoebaNet (Real et al., AAAI 2019, algorithm 1). It draws some architectures
 * from the population with replacement and changes one choice of the best of them. The child joins the population,
 * and the oldest architecture leaves it. A child that is in the history is drawn again.
 * @throws UsageError when a setting is out of its range
 */
export function createRegularizedEvolution(options: BudgetOptions<EvolutionSettings>): Strategy {
  const { space, settings, constraint } = options;
  const { seed, population, sample } = settings;
  checkCounts(NAME, { population, sample });
  return createBudgeted({
    name: NAME,
    ...{ space, settings, constraint },
    guide: (history, wanted, draws) => {
      const random = createRandom(seed, 'evolution', history.length);
      const living = history.slice(-population);
      const mutate = () => {
        const parent = parentOf(random, living, sample).encoding;
        const neighbours = space.neighbours(parent);
        // A parent that cannot change is known, so another parent is drawn, and at last a random architecture.
        return neighbours.length === 0 ? parent : pick(random, neighbours);
      };
      return draws.proposed(mutate, { random, history, wanted });
    },
  });
}

function parentOf(random: Random, living: readonly Observation[], sample: number): Observation {
  return Array.from({ length: sample }, () => pick(random, living)).reduce(lowerLoss);
}

export const regularizedEvolution = defineStrategy({
  name: NAME,
  aliases: [],
  doc: 'Regularized evolution (Real et al., AAAI 2019): mutates the best of a few architectures of a young population.',
  keys: {
    'RMINAS.EVOLUTION_POPULATION': wholeNumber(
      50,
      { least: 1, most: 100_000 },
      'Architectures in the population of `regularized-evolution`. AmoebaNet had 100, for 20,000 evaluations.',
    ),
    'RMINAS.EVOLUTION_SAMPLE': wholeNumber(
      20,
      { least: 1, most: 100_000 },
      'Architectures of the population that compete to become the parent. AmoebaNet had 25.',
    ),
  },
  defaults: { 'RMINAS.RF_WARMUP': 20 },
  create: ({ space, constraint, ...context }, values) =>
    createRegularizedEvolution({
      space,
      constraint,
      settings: {
        ...context,
        population: values['RMINAS.EVOLUTION_POPULATION'],
        sample: values['RMINAS.EVOLUTION_SAMPLE'],
      },
    }),
});
