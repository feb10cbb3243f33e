import type { KeyDefault, KeyGroup, ValuesOf } from '../definitions/key.js';
import { anyText, arrayOf, checkArgument, filledText, objectWith, withMethods } from '../options.js';
import type { EdgeRank, Space } from '../spaces/space.js';
import type { CommonSettings } from './common.js';
import type { Constraint } from './limits/constraint.js';
import type { CostTable, NetworkCost } from './limits/costs.js';
import type { Screener, Strategy, Surrogate } from './strategy.js';

/** The arguments of every strategy, besides the values of its keys. */
export interface StrategyContext extends CommonSettings {
  readonly space: Space;
  /** Ranks candidates by their probability of being good. */
  readonly surrogate: Surrogate;
  /** Drops candidates before the surrogate ranks them; left out when all candidates are kept. */
  readonly screener?: Screener | undefined;
  /** The limits on the costs of networks; left out without limits. A search proposes nothing over them. */
  readonly constraint?: Constraint | undefined;
  /** The costs of networks; left out for a search that needs none. */
  readonly costs?: CostTable | undefined;
  /** Good architectures to find after the warm-up; at least 1 for a strategy that stops there. */
  readonly successes: number;
  /** How the vote of a space that leaves edges out ranks them. */
  readonly edgeRank: EdgeRank;
  /** Whether the search minimises the training loss itself, so that futile trainings can be stopped early. */
  readonly minimisesTrainingLoss: boolean;
}

/** A search strategy: its name, its configuration keys and how to create it. */
export interface StrategyDefinition<Keys extends KeyGroup = KeyGroup> {
  /** The value of RMINAS.STRATEGY. */
  readonly name: string;
  /** Other names that RMINAS.STRATEGY accepts. */
  readonly aliases: readonly string[];
  /** One or two sentences for the documentation, with the source. */
  readonly doc: string;
  /** Keys that only this strategy reads, by full name. */
  readonly keys: Keys;
  /** Values of keys of other groups that suit the strategy, where neither a file nor the user sets them. */
  readonly defaults?: Readonly<Record<string, KeyDefault>> | undefined;
  /** The costs of networks that the strategy asks for; by default none. */
  readonly costs?: readonly NetworkCost[] | undefined;
  /** Whether it asks the surrogate. */
  readonly growsForests?: boolean | undefined;
  /**
   * @param values a checked value for each of the keys
   * @throws UsageError when the settings do not fit the space
   */
  create(context: StrategyContext, values: ValuesOf<Keys>): Strategy;
}

const definitionOption = objectWith<object>('a definition', {
  ...{
    name: filledText,
    aliases: arrayOf(filledText, 'names'),
    doc: anyText,
    keys: objectWith('an object of keys', {}),
  },
  ...withMethods('create'),
});

/**
 * Returns the definition. The call infers the types of the values from the keys.
 * @throws UsageError `invalid-option`
 */
export function defineStrategy<const Keys extends KeyGroup>(
  definition: StrategyDefinition<Keys>,
): StrategyDefinition<Keys> {
  checkArgument('defineStrategy()', 'definition', definitionOption, definition);
  return definition;
}
