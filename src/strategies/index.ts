/** The built-in strategies. A new one is a file with its definition and a line here. */
import { choice } from '../definitions/key.js';
import { valuesFor } from '../definitions/values.js';
import type { CommonSettings } from './common.js';
import type { StrategyContext, StrategyDefinition } from './definition.js';
import { forest } from './forest.js';
import { localSearch } from './local-search.js';
import { random } from './random.js';
import { regularizedEvolution } from './regularized-evolution.js';
import { reinforceStrategy } from './reinforce.js';
import type { Strategy } from './strategy.js';

export const STRATEGIES: readonly StrategyDefinition[] = [
  forest,
  random,
  regularizedEvolution,
  reinforceStrategy,
  localSearch,
];

export type { StrategyContext, StrategyDefinition } from './definition.js';

/** The key that chooses a strategy. */
export function strategyKey(strategies: Iterable<StrategyDefinition>) {
  const names = Array.from(strategies, ({ name, aliases }) => [name, ...aliases]).flat();
  return choice(
    'forest',
    names as [string, ...string[]],
    'The search strategy; see [strategies](searching.md#strategies).',
  );
}

/** The settings of a strategy, as the plan of a search has them. */
export interface StrategySettings
  extends CommonSettings,
    Pick<StrategyContext, 'successes' | 'edgeRank' | 'minimisesTrainingLoss'> {
  /** Values of the strategy's own keys by full name; a key that is left out has its default. */
  readonly strategyValues: Readonly<Record<string, unknown>>;
}

export interface StrategyOptions extends Pick<StrategyContext, 'space' | 'surrogate' | 'screener' | 'constraint'> {
  readonly settings: StrategySettings;
}

/** @throws UsageError when the settings are out of range or do not fit the space */
export function createStrategy(definition: StrategyDefinition, options: StrategyOptions): Strategy {
  const { settings, ...context } = options;
  const { strategyValues, ...common } = settings;
  return definition.create({ ...common, ...context }, valuesFor(definition.keys, strategyValues));
}
