import type { KeyGroup, ValuesOf } from '../definitions/key.js';
import { anyText, arrayOf, checkArgument, filledText, objectWith, withMethods } from '../options.js';
import type { ProxyDefinition } from '../proxies/index.js';
import type { Objective, WeightedProxy } from './objective.js';

/** The objective of a plan, with everything that a configuration says about it. */
export type ObjectiveChoice =
  | { readonly kind: 'rmi' | 'benchmark' }
  | { readonly kind: 'proxy'; readonly proxy: WeightedProxy }
  | { readonly kind: 'aggregate'; readonly proxies: readonly WeightedProxy[] }
  /** An object of a script. */
  | { readonly kind: 'custom'; readonly objective: Objective };

/** The values that the names of proxies refer to. */
export interface ProxyContext {
  /** The known proxies. */
  readonly proxies: Iterable<ProxyDefinition>;
  /** Losses that a training observes; a proxy can be asked for after fewer updates. */
  readonly steps: number;
}

/** An objective: its name, its configuration keys and how to choose it. */
export interface ObjectiveDefinition<Keys extends KeyGroup = KeyGroup> {
  /** The value of RMINAS.OBJECTIVE. */
  readonly name: string;
  /** Other names that RMINAS.OBJECTIVE accepts. */
  readonly aliases: readonly string[];
  /** One or two sentences for the documentation. */
  readonly doc: string;
  /** Keys that only this objective reads, by full name. */
  readonly keys: Keys;
  /**
   * @param values a checked value for each of the keys
   * @throws UsageError when the values do not make an objective
   */
  choose(context: ProxyContext, values: ValuesOf<Keys>): ObjectiveChoice;
}

const definitionOption = objectWith<object>('a definition', {
  ...{
    name: filledText,
    aliases: arrayOf(filledText, 'names'),
    doc: anyText,
    keys: objectWith('an object of keys', {}),
  },
  ...withMethods('choose'),
});

/**
 * Returns the definition. The call infers the types of the values from the keys.
 * @throws UsageError `invalid-option`
 */
export function defineObjective<const Keys extends KeyGroup>(
  definition: ObjectiveDefinition<Keys>,
): ObjectiveDefinition<Keys> {
  checkArgument('defineObjective()', 'definition', definitionOption, definition);
  return definition;
}
