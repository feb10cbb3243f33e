/** The tables of configuration keys. */
import type { Catalogue } from '../catalogue/catalogue.js';
import { searchKeysOf, toValue } from '../config/schema/keys.js';
import { RETRAINING_KEYS } from '../config/schema/retraining-keys.js';
import { SEARCH_KEYS } from '../config/schema/search-keys.js';
import { SHARED_KEYS } from '../config/schema/shared-keys.js';
import { repr } from '../config/yacs/value.js';
import type { KeyDefinition, KeyGroup } from '../definitions/key.js';
import { METHODS } from '../supernets/index.js';
import { COMMON_ONE_SHOT_KEYS, UNREAD_ONE_SHOT_KEYS } from '../supernets/keys.js';
import { code, table } from './table.js';

const HEAD = ['key', 'default', 'range', 'meaning'];

export function sharedKeys(): string {
  return table(HEAD, rowsOf(SHARED_KEYS));
}

export function searchKeys(catalogue: Catalogue): string {
  const { 'RMINAS.STRATEGY': strategy } = searchKeysOf(catalogue);
  return table(HEAD, rowsOf({ ...SEARCH_KEYS, ...(strategy && { 'RMINAS.STRATEGY': strategy }) }));
}

/** The keys that single strategies and objectives have. */
export function ownKeys({ strategies, objectives }: Catalogue): string {
  const rows = [...strategies, ...objectives].flatMap(({ name, keys }) =>
    rowsOf(keys).map((row) => [code(name), ...row]),
  );
  return table(['strategy or objective', ...HEAD], rows);
}

export function retrainingKeys(): string {
  return table(HEAD, rowsOf(RETRAINING_KEYS));
}

/** The keys of all one-shot methods, those of single methods, and those of XNAS that none reads. */
export function oneShotKeys(): string {
  const readers = (key: string) => METHODS.filter(({ keys }) => key in keys).map(({ name }) => code(name));
  const own: KeyGroup = Object.assign({}, ...METHODS.map(({ keys }) => keys));
  const rows = [
    ...rowsOf(COMMON_ONE_SHOT_KEYS).map((row) => ['all', ...row]),
    ...Object.entries(own).flatMap(([key, definition]) =>
      rowsOf({ [key]: definition }).map((row) => [readers(key).join(', '), ...row]),
    ),
    ...rowsOf(UNREAD_ONE_SHOT_KEYS).map((row) => ['none', ...row]),
  ];
  return table(['methods', ...HEAD], rows);
}

/** The one-shot methods, their papers and their spaces. */
export function oneShotMethods(): string {
  const rows = METHODS.map(({ name, doc, source, spaces }) => [code(name), doc, source, spaces.map(code).join(', ')]);
  return table(['`--method`', 'method', 'source', 'spaces'], rows);
}

function rowsOf(keys: KeyGroup): string[][] {
  return Object.entries(keys).map(([name, key]) => [code(name), defaultOf(key), key.range, key.doc]);
}

function defaultOf(key: KeyDefinition): string {
  if (key.default === '') return 'empty';
  const value = toValue(key, key.default);
  return code(value.type === 'str' ? value.value : repr(value));
}
