/** All keys of a catalogue, and the values by which yacs checks types. */
import type { Catalogue } from '../../catalogue/catalogue.js';
import type { KeyGroup } from '../../definitions/key.js';
import { strategyKey } from '../../strategies/index.js';
import { ONE_SHOT_KEYS } from '../../supernets/index.js';
import { UNREAD_ONE_SHOT_KEYS } from '../../supernets/keys.js';
import { bool, float, int, listValue, NONE, str, type Value } from '../yacs/value.js';
import { RETRAINING_KEYS } from './retraining-keys.js';
import { SEARCH_KEYS } from './search-keys.js';
import { SHARED_KEYS } from './shared-keys.js';
import { type PlainKey, UNREAD_KEYS } from './unread-keys.js';

/** The keys that a search reads, including the own keys of strategies and objectives. */
export function searchKeysOf({ strategies, objectives }: Catalogue): KeyGroup {
  const own = [...strategies, ...objectives].map(({ keys }) => keys);
  return {
    ...SHARED_KEYS,
    ...SEARCH_KEYS,
    'RMINAS.STRATEGY': strategyKey(strategies),
    ...Object.assign({}, ...own),
  };
}

/** The keys that a search, a retraining or a one-shot search reads. */
export function readKeysOf(catalogue: Catalogue): KeyGroup {
  const oneShot = Object.entries(ONE_SHOT_KEYS).filter(([key]) => !Object.hasOwn(UNREAD_ONE_SHOT_KEYS, key));
  return { ...searchKeysOf(catalogue), ...RETRAINING_KEYS, ...Object.fromEntries(oneShot) };
}

/** Every key that a configuration may set, with its default. The keys of one group follow each other. */
export function defaultsOf(catalogue: Catalogue): Readonly<Record<string, Value>> {
  const keys: Readonly<Record<string, PlainKey>> = {
    ...searchKeysOf(catalogue),
    ...RETRAINING_KEYS,
    ...ONE_SHOT_KEYS,
    ...UNREAD_KEYS,
  };
  return grouped(toValues(keys));
}

export function toValues(keys: Readonly<Record<string, PlainKey>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, toValue(key, key.default)]));
}

/** A plain value as a value of the key's type. */
export function toValue({ type }: Pick<PlainKey, 'type'>, plain: unknown): Value {
  switch (type) {
    case 'bool':
      return bool(Boolean(plain));
    case 'int':
      return int(Number(plain));
    case 'float':
      return float(Number(plain));
    case 'str':
      return str(String(plain));
    case 'none':
      return NONE;
    case 'list':
      return listValue((plain as readonly (number | string)[]).map(elementOf));
  }
}

function elementOf(plain: number | string): Value {
  if (typeof plain === 'string') return str(plain);
  return Number.isInteger(plain) ? int(plain) : float(plain);
}

function grouped(values: Readonly<Record<string, Value>>): Record<string, Value> {
  const groupOf = (key: string) => key.slice(0, Math.max(0, key.indexOf('.')));
  const groups = [...new Set(Object.keys(values).map(groupOf))];
  const place = (key: string) => groups.indexOf(groupOf(key));
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => place(a) - place(b)));
}
