/**
 * The merge rules of yacs 0.1.8 (`merge_from_file`, `merge_from_list`, `_check_and_coerce_cfg_value_type`), with two
 * differences. An unknown key is always an error: XNAS lets its files add keys, so that it misses a misspelt one. Some keys
 * take values of every type: see {@link withAnyType}.
 */
import { UsageError } from '../../errors.js';
import { nearestKey } from '../../nearest.js';
import { counted } from '../../system/units.js';
import { decodeLiteral } from './python-literal.js';
import { isPlain, repr, typeName, type Value } from './value.js';
import type { Group } from './yaml-file.js';

export type ValueSource = 'default' | 'file' | 'override';

/** The value of a key and its origin. */
export interface Setting {
  readonly value: Value;
  readonly source: ValueSource;
  /** Set for a key that takes values of every type. */
  readonly anyType?: true;
  /** For messages: `line 6 of /home/ada/search.yaml`, `the overrides`, `the defaults`. */
  readonly where: string;
}

/** Every key by its full name with dots, in the order of the defaults. */
export type Settings = ReadonlyMap<string, Setting>;

/** Names of keys in a dialect, and the present names. */
export type Aliases = ReadonlyMap<string, string>;

const NO_ALIASES: Aliases = new Map();

/** @param where their origin, for messages */
export function defaultSettings(defaults: Readonly<Record<string, Value>>, where = 'the defaults'): Settings {
  return new Map(Object.entries(defaults).map(([key, value]) => [key, { value, source: 'default', where }]));
}

/** The settings, of which these keys take values of every type, also after they had another one. */
export function withAnyType(settings: Settings, keys: readonly string[]): Settings {
  const open = keys.flatMap((key) => {
    const setting = settings.get(key);
    return setting === undefined ? [] : [[key, { ...setting, anyType: true }] as const];
  });
  return new Map([...settings, ...open]);
}

/**
 * The settings with those of the file.
 * @param file its name, for messages
 * @throws UsageError naming file, line and key
 */
export function mergeFile(settings: Settings, group: Group, file: string, aliases: Aliases = NO_ALIASES): Settings {
  const known = new Known(settings, aliases);
  mergeGroup(known, group, file, '');
  return known.settings;
}

function mergeGroup(known: Known, group: Group, file: string, prefix: string): void {
  for (const { key: name, line, content, written } of group.entries) {
    const key = prefix + name;
    const where = `line ${line} of ${file}`;
    if (INCLUDE.test(key) && !known.isKnown(key)) throw include(key, where);
    if (content.type === 'group') {
      if (!known.groups.has(key)) throw wrongType(key, known.get(key, where).value, 'a group of keys', where);
      mergeGroup(known, content, file, `${key}.`);
      continue;
    }
    // yacs decodes the strings of a file like those of the command line, with or without quotes.
    known.set(key, content.type === 'str' ? decodeLiteral(content.value) : content, {
      source: 'file',
      where,
      written: content.type === 'str' ? content.value : written,
    });
  }
}

/**
 * The settings with those of `KEY VALUE` pairs, each value decoded as a Python literal.
 * @param words keys and values in turn
 * @throws UsageError naming the key
 */
export function mergeOverrides(settings: Settings, words: readonly string[], aliases: Aliases = NO_ALIASES): Settings {
  if (words.length % 2 !== 0) {
    throw new UsageError(
      `Expected pairs of keys and values, got ${counted(words.length, 'word')}: '${words.join(' ')}'.`,
      {
        code: 'odd-overrides',
        nextSteps: [
          'Give each key its value: RMINAS.RF_WARMUP 24 OPTIM.MAX_EPOCH 30',
          'Quote a value with spaces in it.',
        ],
      },
    );
  }
  const known = new Known(settings, aliases);
  for (let at = 0; at < words.length; at += 2) {
    const written = words[at + 1] ?? '';
    known.set(words[at] ?? '', decodeLiteral(written), { source: 'override', where: 'the overrides', written });
  }
  return known.settings;
}

/** Keys by which other programs include a file. */
const INCLUDE = /^_{0,2}(?:base|include|includes|defaults|extends|inherit)_{0,2}$/i;

/** Where a value comes from. */
interface Origin extends Pick<Setting, 'source' | 'where'> {
  /** The text of the value, if it had one. */
  readonly written?: string | undefined;
}

/** The settings during a merge, and all names of their keys. */
class Known {
  readonly settings: Map<string, Setting>;
  /** Every name of a key. */
  readonly keys: readonly string[];
  readonly groups: ReadonlySet<string>;

  constructor(
    settings: Settings,
    private readonly aliases: Aliases,
  ) {
    this.settings = new Map(settings);
    this.keys = [...settings.keys(), ...aliases.keys()];
    this.groups = groupsOf(this.keys);
  }

  isKnown(key: string): boolean {
    return this.groups.has(key) || this.settings.has(this.aliases.get(key) ?? key);
  }

  /** @throws UsageError for an unknown key. */
  get(key: string, where: string): Setting {
    const setting = this.settings.get(this.aliases.get(key) ?? key);
    if (!setting) throw unknownKey(this, key, where);
    return setting;
  }

  /** @throws UsageError for an unknown key, a group, or a value of the wrong type. */
  set(key: string, value: Value, { source, where, written }: Origin): void {
    if (this.groups.has(key)) throw wholeGroup(this, key, where);
    const current = this.get(key, where);
    const coerced = coerce(key, value, current, { where, written });
    const target = this.aliases.get(key);
    const told = target === undefined ? where : `${where}, as ${key}`;
    const { anyType } = current;
    this.settings.set(target ?? key, { value: coerced, source, where: told, ...(anyType && { anyType }) });
  }
}

/** A value replaces a value of the same type. List and tuple replace each other. None replaces and is replaced by any type. */
function coerce(
  key: string,
  value: Value,
  { value: current, anyType }: Setting,
  { where, written }: Pick<Origin, 'where' | 'written'>,
): Value {
  if (isPlain(value)) {
    if (anyType || value.type === current.type || value.type === 'NoneType' || current.type === 'NoneType')
      return value;
    if ('items' in value && 'items' in current) return { type: current.type, items: value.items };
  }
  if (current.type === 'str' && written !== undefined && (value.type === 'int' || value.type === 'float')) {
    throw unquoted(key, written, value, where);
  }
  const given = value.type === 'unsupported' ? `a Python ${value.name}` : `the ${typeName(value)} ${repr(value)}`;
  throw wrongType(key, current, given, where);
}

/** The groups of the keys, outer groups included. */
export function groupsOf(keys: readonly string[]): Set<string> {
  const groups = new Set<string>();
  for (const key of keys) {
    for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) groups.add(key.slice(0, dot));
  }
  return groups;
}

function keysIn({ keys }: Known, group: string): string {
  return keys.filter((key) => key.startsWith(`${group}.`)).join(', ');
}

function unknownKey(known: Known, key: string, where: string): UsageError {
  const group = key.slice(0, Math.max(0, key.lastIndexOf('.')));
  const nearest = nearestKey(key, key.includes('.') ? known.keys : [...known.groups, ...known.keys]);
  const siblings = keysIn(known, group);
  const about =
    group === '' ? 'there is no such key or group' : `the group ${group} ${siblings ? 'lacks it' : 'is unknown'}`;
  return new UsageError(`${key} (${where}) is not a configuration key: ${about}. Did you mean ${nearest}?`, {
    code: 'unknown-key',
    nextSteps: [`Write ${nearest} if that was meant.`, ...(siblings ? [`The keys of ${group} are ${siblings}.`] : [])],
  });
}

function wholeGroup(known: Known, group: string, where: string): UsageError {
  return new UsageError(`${group} (${where}) is a group of keys and cannot be given one value.`, {
    code: 'group-as-key',
    nextSteps: [`Set its keys one by one: ${keysIn(known, group)}.`],
  });
}

/** A number in place of a text. A text that looks like a number needs two kinds of quotes, as yacs decodes strings. */
function unquoted(key: string, written: string, value: Value, where: string): UsageError {
  const bare = written.trim();
  const name = key.slice(key.lastIndexOf('.') + 1);
  return new UsageError(`${key} must be of type str, not the ${typeName(value)} ${bare} (${where}).`, {
    code: 'wrong-type',
    nextSteps: [`Put it in two kinds of quotes, so that it stays text: ${name}: "'${bare}'"`],
  });
}

function include(key: string, where: string): UsageError {
  return new UsageError(`${key} (${where}) names another file, and configurations cannot include files.`, {
    code: 'unknown-key',
    nextSteps: [
      'Copy the keys of that file into this one, and remove the line.',
      'Give what differs from a file as KEY VALUE pairs after --cfg FILE.',
    ],
  });
}

function wrongType(key: string, expected: Value, given: string, where: string): UsageError {
  const steps = [`Its value is now ${repr(expected)}; write one of the same type.`];
  if (expected.type === 'float' && /^the int /.test(given)) {
    steps.push(`yacs does not accept an int for a float: write ${given.replace('the int ', '')}.0.`);
  }
  return new UsageError(`${key} must be of type ${typeName(expected)}, not ${given} (${where}).`, {
    code: 'wrong-type',
    nextSteps: steps,
  });
}
