/** Objects of a script in place of the built-in ones: they enter the catalogue and are found there like any other. */
import { z } from 'zod';
import type { Catalogue } from '../../catalogue/catalogue.js';
import { textLiteral } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import { type Objective, objectiveOption } from '../../objectives/objective.js';
import { callback, filledText, type OptionShape, objectWith } from '../../options.js';
import { type Evaluator, evaluatorOption } from '../../search/evaluator.js';
import { defineSpace, type SpaceDefinition } from '../../spaces/definition.js';
import { type Space, spaceOption } from '../../spaces/space.js';
import type { StrategyDefinition } from '../../strategies/definition.js';
import { type Strategy, strategyOption } from '../../strategies/strategy.js';

/**
 * Objects that a search takes in place of those that its configuration names. Each has a name; a built-in object of
 * the same name is replaced. A resumed search needs objects of the same names again.
 */
export interface CustomObjects {
  /** The architectures to search. Without an own evaluator, a plugin must build networks for a space of this name. */
  readonly space?: Space | SpaceDefinition | undefined;
  /** A strategy that was created for the space, or a definition whose `create` gets the settings and a surrogate. */
  readonly strategy?: Strategy | StrategyDefinition | undefined;
  readonly objective?: Objective | undefined;
  /** Evaluates architectures in place of the sidecar. Nothing is trained then, and no data or teacher is needed. */
  readonly evaluator?: Evaluator | undefined;
}

export const CUSTOM_OPTIONS: OptionShape<CustomObjects> = {
  space: withDefinition('space', objectWith<SpaceDefinition>('a definition', { space: spaceOption }), spaceOption),
  strategy: withDefinition(
    'create',
    objectWith<StrategyDefinition>('a definition', { name: filledText, create: callback() }),
    strategyOption,
  ),
  objective: objectiveOption.optional(),
  evaluator: evaluatorOption.optional(),
};

/** @param mark the property by which a definition differs from an object */
function withDefinition<Definition, Given>(
  mark: string,
  definition: z.ZodType<Definition>,
  given: z.ZodType<Given>,
): z.ZodType<Definition | Given | undefined> {
  const isDefinition = (value: unknown) => typeof value === 'object' && value !== null && mark in value;
  const check = (value: unknown, context: z.core.$RefinementCtx) => {
    const schema = isDefinition(value) ? definition : given;
    for (const { path, message } of schema.safeParse(value).error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  };
  return z.unknown().superRefine(check).optional() as unknown as z.ZodType<Definition | Given | undefined>;
}

/** Names of the objects that a run was started with. */
export const customNamesSchema = z.strictObject({
  space: z.string().optional(),
  strategy: z.string().optional(),
  objective: z.string().optional(),
  evaluator: z.string().optional(),
});
export type CustomNames = z.infer<typeof customNamesSchema>;

const KINDS = ['space', 'strategy', 'objective', 'evaluator'] as const;
/** The key that names an object of each kind; an evaluator has none. */
const KEY_OF = { space: 'SPACE.NAME', strategy: 'RMINAS.STRATEGY', objective: 'RMINAS.OBJECTIVE' } as const;

/** The name of each given object; undefined when there is none. */
export function customNames(objects: CustomObjects): CustomNames | undefined {
  const named = KINDS.flatMap((kind) => {
    const object = objects[kind];
    return object === undefined ? [] : [[kind, object.name ?? 'unnamed']];
  });
  return named.length === 0 ? undefined : customNamesSchema.parse(Object.fromEntries(named));
}

/** The catalogue with the given objects in it. @throws UsageError for a malformed name */
export function catalogueWith(base: Catalogue, { space, strategy, objective }: CustomObjects): Catalogue {
  return {
    ...base,
    ...(space && { spaces: base.spaces.replace(spaceDefinition(space, base)) }),
    ...(strategy && { strategies: base.strategies.replace(strategyDefinition(strategy)) }),
    ...(objective && {
      objectives: base.objectives.replace({
        ...{ name: objective.name, aliases: [], doc: 'An objective of a script.', keys: {} },
        choose: () => ({ kind: 'custom', objective }),
      }),
    }),
  };
}

/** A built-in space that is passed as an object keeps its other definitions, e.g. its benchmark. */
function spaceDefinition(given: Space | SpaceDefinition, { spaces }: Catalogue): SpaceDefinition {
  if ('space' in given) return given;
  const known = spaces.find(given.name);
  return known
    ? { ...known, space: given }
    : defineSpace({ name: given.name, doc: 'A space of a script.', space: given });
}

function strategyDefinition(given: Strategy | StrategyDefinition): StrategyDefinition {
  if ('create' in given) return given;
  return { name: given.name, aliases: [], doc: 'A strategy of a script.', keys: {}, create: () => given };
}

/** Pairs of key and value that make a configuration name the given objects. */
export function customOverrides(objects: CustomObjects): string[] {
  return Object.entries(KEY_OF).flatMap(([kind, key]) => {
    const object = objects[kind as keyof typeof KEY_OF];
    return object === undefined ? [] : [key, textLiteral(object.name)];
  });
}

/**
 * Checks that a resumed run gets objects of the names that it began with.
 * @throws UsageError `changed-config` that names each difference
 */
export function checkCustomObjects(recorded: CustomNames = {}, objects: CustomObjects): void {
  const given = customNames(objects) ?? {};
  const changed = KINDS.filter((kind) => recorded[kind] !== given[kind]);
  if (changed.length === 0) return;
  const text = (name: string | undefined) => (name === undefined ? 'none' : `'${name}'`);
  const differences = changed.map((kind) => `the ${kind} was ${text(recorded[kind])} and is ${text(given[kind])}`);
  throw new UsageError(`The objects are not those that the run began with: ${differences.join('; ')}.`, {
    code: 'changed-config',
    nextSteps: [`Pass objects of the same names: search({ resume, ${changed.join(', ')} }).`],
  });
}
