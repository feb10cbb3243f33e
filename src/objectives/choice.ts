/** Reads from a configuration what a search minimises. */
import type { KeyDefinition } from '../definitions/key.js';
import { text as textKey } from '../definitions/key.js';
import { valuesFor } from '../definitions/values.js';
import { UsageError } from '../errors.js';
import { suggestion } from '../nearest.js';
import { findProxy } from '../proxies/index.js';
import type { ObjectiveChoice, ObjectiveDefinition, ProxyContext } from './definition.js';
import { readWeightedProxy } from './proxy.js';

/** A series of a benchmark's accuracies, as a configuration names it. */
export interface SeriesChoice {
  readonly dataset: string;
  readonly split: string;
  /** Epochs of the training; null for the epochs that the benchmark has. */
  readonly epochs: number | null;
}

/** The key that chooses an objective; its value is checked by {@link readObjective}. */
export const OBJECTIVE_KEY: KeyDefinition<string> = textKey(
  'rmi',
  { least: 1, most: 100, range: 'a name of 1 to 100 characters' },
  'The number to minimise; see [objectives](searching.md#objectives).',
);

export interface ReadingOptions extends ProxyContext {
  readonly objectives: Iterable<ObjectiveDefinition>;
  /** Values by full name of the key; an objective reads its own keys. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The key or option with the text, for messages. */
  readonly where: string;
}

/**
 * @param text the name of an objective or of a proxy, e.g. `rmi`, `aggregate` or `cka@50`
 * @throws UsageError for an unknown name, and for values that do not make an objective
 */
export function readObjective(text: string, options: ReadingOptions): ObjectiveChoice {
  const { objectives, proxies, values, where } = options;
  const all = [...objectives];
  const definition = all.find(({ name, aliases }) => name === text || aliases.includes(text));
  if (definition !== undefined) return definition.choose(options, valuesFor(definition.keys, values));
  const name = text.replace(/@.*$/s, '');
  if (findProxy(name, proxies) !== undefined) return { kind: 'proxy', proxy: readWeightedProxy(text, 1, options) };
  const names = [...new Set([...all.map((each) => each.name), ...Array.from(proxies, (proxy) => proxy.name)])];
  throw new UsageError(`${where} is '${text}', which is neither an objective nor a proxy.${suggestion(name, names)}`, {
    code: 'unknown-objective',
    nextSteps: [`Set it to one of ${names.join(', ')}. A proxy of a training can have a step, as in rmi@50.`],
  });
}

/**
 * Reads RMINAS.BENCHMARK_SERIES: `dataset split` or `dataset split epochs`.
 * @returns null for an empty text
 * @throws UsageError `invalid-series` for any other text
 */
export function readSeries(text: string): SeriesChoice | null {
  if (text.trim() === '') return null;
  const [dataset, split, epochs, ...more] = text.trim().split(/\s+/);
  const count = epochs === undefined ? null : Number(epochs);
  if (dataset === undefined || split === undefined || more.length > 0 || (count !== null && !isCount(count))) {
    throw new UsageError(`RMINAS.BENCHMARK_SERIES is '${text.trim()}', which does not name a series.`, {
      code: 'invalid-series',
      nextSteps: ["Write the data set, the split and perhaps the epochs, e.g. 'cifar10-valid x-valid 200'."],
    });
  }
  return { dataset, split, epochs: count };
}

function isCount(number: number): boolean {
  return Number.isInteger(number) && number >= 1;
}
