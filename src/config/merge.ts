/**
 * The merge rules of yacs 0.1.8 (`merge_from_file`, `merge_from_list`, `_check_and_coerce_cfg_value_type`), but
 * that an unknown key is always an error: XNAS lets its files add keys, and so never notices a misspelt one.
 */
import { UsageError } from '../errors.js';
import { nearestKey } from './nearest.js';
import { decode } from './python-literal.js';
import { isPlain, repr, typeName, type Value } from './value.js';
import type { Group } from './yaml-file.js';

export type Source = 'default' | 'file' | 'override';

/** A key's value and where it comes from. */
export interface Setting {
  readonly value: Value;
  readonly source: Source;
  /** For messages: `line 6 of /home/ada/search.yaml`, `the overrides`, `the defaults`. */
  readonly where: string;
}

/** Every key, its groups written with dots, in the order of the defaults. */
export type Settings = ReadonlyMap<string, Setting>;

export function defaultSettings(defaults: Readonly<Record<string, Value>>): Settings {
  return new Map(
    Object.entries(defaults).map(([key, value]) => [key, { value, source: 'default', where: 'the defaults' }]),
  );
}

/**
 * The file over the settings.
 * @param file its name, for messages
 * @throws UsageError naming file, line and key
 */
export function mergeFile(settings: Settings, group: Group, file: string): Settings {
  const merged = new Map(settings);
  mergeGroup(merged, group, file, '');
  return merged;
}

function mergeGroup(merged: Map<string, Setting>, group: Group, file: string, prefix: string): void {
  for (const { key: name, line, content } of group.entries) {
    const key = prefix + name;
    const where = `line ${line} of ${file}`;
    const isGroup = groupsOf(merged).includes(key);
    if (content.type === 'group') {
      if (isGroup) {
        mergeGroup(merged, content, file, `${key}.`);
        continue;
      }
      if (!merged.has(key)) throw unknownKey(merged, key, where);
      throw wrongType(key, settingOf(merged, key).value, 'a group of keys', where);
    }
    // yacs decodes the strings of a file as it does those of the command line, quoted or not.
    const value = content.type === 'str' ? decode(content.value) : content;
    if (isGroup) throw wholeGroup(merged, key, where);
    merged.set(key, { value: coerce(key, value, settingOf(merged, key, where), where), source: 'file', where });
  }
}

/**
 * `KEY VALUE` pairs over the settings, each value decoded as a Python literal.
 * @param words keys and values in turn
 * @throws UsageError naming the key
 */
export function mergeOverrides(settings: Settings, words: readonly string[]): Settings {
  if (words.length % 2 !== 0) {
    throw new UsageError(
      `The overrides '${words.join(' ')}' are ${words.length} words, which is not a list of pairs.`,
      {
        code: 'odd-overrides',
        nextSteps: [
          'Give each key its value: RMINAS.RF_WARMUP 24 OPTIM.MAX_EPOCH 30',
          'Quote a value with spaces in it.',
        ],
      },
    );
  }
  const where = 'the overrides';
  const merged = new Map(settings);
  for (let at = 0; at < words.length; at += 2) {
    const key = words[at] ?? '';
    if (groupsOf(merged).includes(key)) throw wholeGroup(merged, key, where);
    const value = coerce(key, decode(words[at + 1] ?? ''), settingOf(merged, key, where), where);
    merged.set(key, { value, source: 'override', where });
  }
  return merged;
}

/** The same type replaces the same type; list and tuple replace each other; None replaces anything and is replaced by it. */
function coerce(key: string, value: Value, { value: current }: Setting, where: string): Value {
  if (isPlain(value)) {
    if (value.type === current.type || value.type === 'NoneType' || current.type === 'NoneType') return value;
    if ('items' in value && 'items' in current) return { type: current.type, items: value.items };
  }
  const given = value.type === 'unsupported' ? `a Python ${value.name}` : `the ${typeName(value)} ${repr(value)}`;
  throw wrongType(key, current, given, where);
}

function settingOf(settings: Settings, key: string, where = 'the defaults'): Setting {
  const setting = settings.get(key);
  if (!setting) throw unknownKey(settings, key, where);
  return setting;
}

function groupsOf(settings: Settings): string[] {
  const groups = new Set<string>();
  for (const key of settings.keys()) {
    for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) groups.add(key.slice(0, dot));
  }
  return [...groups];
}

function keysIn(settings: Settings, group: string): string {
  return [...settings.keys()].filter((key) => key.startsWith(`${group}.`)).join(', ');
}

function unknownKey(settings: Settings, key: string, where: string): UsageError {
  const group = key.slice(0, Math.max(0, key.lastIndexOf('.')));
  const names = key.includes('.') ? [...settings.keys()] : [...groupsOf(settings), ...settings.keys()];
  const nearest = nearestKey(key, names);
  const siblings = keysIn(settings, group);
  const about =
    group === '' ? 'there is no such key or group' : `the group ${group} ${siblings ? 'lacks it' : 'is unknown'}`;
  return new UsageError(`${key} (${where}) is not a configuration key: ${about}. The nearest is ${nearest}.`, {
    code: 'unknown-key',
    nextSteps: [`Write ${nearest} if that was meant.`, ...(siblings ? [`The keys of ${group} are ${siblings}.`] : [])],
  });
}

function wholeGroup(settings: Settings, group: string, where: string): UsageError {
  return new UsageError(`${group} (${where}) is a group of keys and cannot be given one value.`, {
    code: 'group-as-key',
    nextSteps: [`Set its keys one by one: ${keysIn(settings, group)}.`],
  });
}

function wrongType(key: string, expected: Value, given: string, where: string): UsageError {
  const steps = [`Its value is now ${repr(expected)}; write one of the same type.`];
  if (expected.type === 'float' && /^the int /.test(given)) {
    steps.push(`yacs does not take an int for a float: write ${given.replace('the int ', '')}.0.`);
  }
  return new UsageError(`${key} must be of type ${typeName(expected)}, not ${given} (${where}).`, {
    code: 'wrong-type',
    nextSteps: steps,
  });
}
