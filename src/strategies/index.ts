/** The built-in strategies. A new one is a file with its definition and a line here. */
import { choice } from '../definitions/key.js';
import { valuesFor } from '../definitions/values.js';
import { UsageError } from '../errors.js';
import { nearestName } from '../nearest.js';
import type { StrategyContext, StrategyDefinition } from './definition.js';
import { type ForestSettings, forest } from './forest.js';
import { localSearch } from './local-search.js';
import { random } from './random.js';
import { type EvolutionSettings, regularizedEvolution } from './regularized-evolution.js';
import { type ReinforceSettings, reinforceStrategy } from './reinforce.js';
import type { Strategy } from './strategy.js';

export const STRATEGIES: readonly StrategyDefinition[] = [
  forest,
  random,
  regularizedEvolution,
  reinforceStrategy,
  localSearch,
];

export const STRATEGY_NAMES = STRATEGIES.map(({ name }) => name) as [string, ...string[]];
export type StrategyName = string;

export type { StrategyContext, StrategyDefinition } from './definition.js';

/** The key that chooses a strategy. */
export function strategyKey(strategies: Iterable<StrategyDefinition>) {
  const names = Array.from(strategies, ({ name }) => name);
  return choice('forest', names as [string, ...string[]], 'The search strategy; see the strategies.');
}

/** A strategy's context and the settings of all strategies; each reads its own. */
export interface StrategyOptions extends Pick<StrategyContext, 'space' | 'surrogate' | 'screener'> {
  readonly settings: ForestSettings & EvolutionSettings & ReinforceSettings;
}

/**
 * Creates a strategy from settings that are already resolved.
 * @throws UsageError when there is no such strategy, or its settings do not fit the space
 */
export function createStrategy(
  name: string,
  { space, surrogate, screener, settings }: StrategyOptions,
  strategies: Iterable<StrategyDefinition> = STRATEGIES,
): Strategy {
  const definition = findStrategy(name, strategies);
  const context = { ...settings, space, surrogate, screener, minimisesTrainingLoss: settings.futility };
  return definition.create(context, valuesFor(definition.keys, keyedSettings(settings)));
}

/** @throws UsageError when there is no strategy with that name or alias */
export function findStrategy(name: string, strategies: Iterable<StrategyDefinition> = STRATEGIES): StrategyDefinition {
  const all = [...strategies];
  const found = all.find((definition) => definition.name === name || definition.aliases.includes(name));
  if (found !== undefined) return found;
  const names = all.map((definition) => definition.name);
  throw new UsageError(`There is no strategy '${name}'. The nearest is ${nearestName(name, names)}.`, {
    code: 'unknown-strategy',
    nextSteps: [`Choose one of ${names.join(', ')}.`],
  });
}

function keyedSettings(settings: StrategyOptions['settings']): Readonly<Record<string, unknown>> {
  return {
    'RMINAS.CANDIDATES': settings.candidates,
    'RMINAS.ANSWER': settings.answer,
    'RMINAS.VOTE': settings.vote,
    'RMINAS.VOTE_TOP': settings.voters,
    'RMINAS.FUTILITY': settings.futility,
    'RMINAS.EVOLUTION_POPULATION': settings.population,
    'RMINAS.EVOLUTION_SAMPLE': settings.sample,
    'RMINAS.REINFORCE_RATE': settings.learningRate,
  };
}
