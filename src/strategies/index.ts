import type { Space } from '../spaces/space.js';
import { createForest, type ForestSettings } from './forest.js';
import { createLocalSearch } from './local-search.js';
import { createRandomSearch } from './random.js';
import { createRegularizedEvolution, type EvolutionSettings } from './regularized-evolution.js';
import { createReinforce, type ReinforceSettings } from './reinforce.js';
import type { Screener, Strategy, Surrogate } from './strategy.js';

export const STRATEGY_NAMES = ['forest', 'random', 'regularized-evolution', 'reinforce', 'local-search'] as const;
export type StrategyName = (typeof STRATEGY_NAMES)[number];

/** What every strategy needs; each reads its own. */
export interface StrategyOptions {
  readonly space: Space;
  readonly surrogate: Surrogate;
  /** Of candidates that are chosen from; left out: all are. */
  readonly screener?: Screener | undefined;
  readonly settings: ForestSettings & EvolutionSettings & ReinforceSettings;
}

const CREATORS: Readonly<Record<StrategyName, (options: StrategyOptions) => Strategy>> = {
  forest: createForest,
  random: createRandomSearch,
  'regularized-evolution': createRegularizedEvolution,
  reinforce: createReinforce,
  'local-search': createLocalSearch,
};

/** @throws UsageError when a setting is out of its range or the space has no such vote. */
export function createStrategy(name: StrategyName, options: StrategyOptions): Strategy {
  return CREATORS[name](options);
}
