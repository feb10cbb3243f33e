/** The built-in strategies. A new one is a file with its definition and a line here. */

import { z } from 'zod';
import { choice } from '../definitions/key.js';
import { valuesFor } from '../definitions/values.js';
import { callback, checkArgument, checkOptions, type OptionShape, objectWith, withMethods } from '../options.js';
import { spaceOption } from '../spaces/space.js';
import type { CommonSettings } from './common.js';
import type { StrategyContext, StrategyDefinition } from './definition.js';
import { forest } from './forest.js';
import { largest } from './largest.js';
import { Constraint } from './limits/constraint.js';
import { CostTable } from './limits/costs.js';
import { linearThompson } from './linear-thompson.js';
import { localSearch } from './local-search.js';
import { random } from './random.js';
import { regularizedEvolution } from './regularized-evolution.js';
import { reinforceStrategy } from './reinforce.js';
import type { Screener, Strategy } from './strategy.js';

export const STRATEGIES: readonly StrategyDefinition[] = [
  forest,
  random,
  regularizedEvolution,
  reinforceStrategy,
  localSearch,
  linearThompson,
  largest,
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
  extends Omit<CommonSettings, 'edgeRank'>,
    Pick<StrategyContext, 'successes' | 'edgeRank' | 'minimisesTrainingLoss'> {
  /** Values of the strategy's own keys by full name; a key that is left out has its default. */
  readonly strategyValues: Readonly<Record<string, unknown>>;
}

export interface StrategyOptions
  extends Pick<StrategyContext, 'space' | 'surrogate' | 'screener' | 'costs' | 'constraint'> {
  readonly settings: StrategySettings;
}

const STRATEGY_OPTIONS: OptionShape<StrategyOptions> = {
  settings: objectWith<StrategySettings>('the settings of a strategy', {
    strategyValues: objectWith('an object of values by key', {}),
  }),
  space: spaceOption,
  surrogate: callback(),
  screener: callback<Screener>().optional(),
  costs: z.instanceof(CostTable, { error: 'costs of networks' }).optional(),
  constraint: z.instanceof(Constraint, { error: 'limits on the costs of networks' }).optional(),
};

/** @throws UsageError `invalid-option`, and when the settings are out of range or do not fit the space */
export function createStrategy(definition: StrategyDefinition, options: StrategyOptions): Strategy {
  checkArgument('createStrategy()', 'definition', objectWith('a definition', withMethods('create')), definition);
  const { settings, ...context } = checkOptions('createStrategy()', STRATEGY_OPTIONS, options);
  const { strategyValues, ...common } = settings;
  return definition.create({ ...common, ...context }, valuesFor(definition.keys, strategyValues));
}
