import { z } from 'zod';
import type { DatasetDefinition } from '../datasets/definition.js';
import type { BenchmarkDefinition } from '../definitions/benchmark.js';
import type { ObjectiveDefinition } from '../objectives/index.js';
import { checkArgument, checkOptions, type OptionShape, objectWith } from '../options.js';
import type { ProxyDefinition } from '../proxies/index.js';
import type { SpaceDefinition } from '../spaces/definition.js';
import type { StrategyDefinition } from '../strategies/index.js';
import type { TeacherDefinition } from '../teachers/definition.js';
import { Definitions } from './definitions.js';

/** All definitions that a configuration can name. Immutable. Configuration, assets and documentation derive from it. */
export interface Catalogue {
  readonly spaces: Definitions<SpaceDefinition>;
  readonly datasets: Definitions<DatasetDefinition>;
  readonly teachers: Definitions<TeacherDefinition>;
  readonly proxies: Definitions<ProxyDefinition>;
  readonly strategies: Definitions<StrategyDefinition>;
  readonly objectives: Definitions<ObjectiveDefinition>;
}

/** Definitions to add to a catalogue. */
export type CatalogueExtension = {
  readonly [Kind in keyof Catalogue]?: Catalogue[Kind] extends Definitions<infer Definition>
    ? Iterable<Definition>
    : never;
};

const KINDS = ['spaces', 'datasets', 'teachers', 'proxies', 'strategies', 'objectives'] as const;

/** The schema of a catalogue of a script. */
export const catalogueOption = objectWith<Catalogue>(
  'a catalogue',
  Object.fromEntries(KINDS.map((kind) => [kind, z.instanceof(Definitions, { error: 'definitions' })])),
);
const iterable = z.custom((value) => Symbol.iterator in Object(value), 'an array of definitions').optional();
const EXTENSION_OPTIONS = Object.fromEntries(
  KINDS.map((kind) => [kind, iterable]),
) as unknown as OptionShape<CatalogueExtension>;

/**
 * The catalogue with more definitions.
 * @throws UsageError `invalid-option` and `unknown-option` for other arguments, `conflicting-definition` for a name or alias that the catalogue has already, and
 *   `invalid-definition` for a malformed one.
 */
export function extendCatalogue(base: Catalogue, more: CatalogueExtension): Catalogue {
  checkArgument('extendCatalogue()', 'base', catalogueOption, base);
  checkOptions('extendCatalogue()', EXTENSION_OPTIONS, more);
  return {
    spaces: base.spaces.extend(more.spaces ?? []),
    datasets: base.datasets.extend(more.datasets ?? []),
    teachers: base.teachers.extend(more.teachers ?? []),
    proxies: base.proxies.extend(more.proxies ?? []),
    strategies: base.strategies.extend(more.strategies ?? []),
    objectives: base.objectives.extend(more.objectives ?? []),
  };
}

/** The benchmarks of all spaces. */
export function benchmarksOf({ spaces }: Catalogue): BenchmarkDefinition[] {
  return [...spaces].flatMap(({ benchmark }) => (benchmark === null ? [] : [benchmark]));
}
