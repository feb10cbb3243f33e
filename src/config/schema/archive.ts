/**
 * The dialect of the RMI-NAS archive: the keys that XNAS had when the archive was written (`xnas/core/config.py` at
 * 658593f), under their present names where they have one.
 */
import { defaultSettings, groupsOf, type Settings } from '../yacs/merge.js';
import { int, type Value } from '../yacs/value.js';
import type { Group } from '../yacs/yaml-file.js';
import { toValues } from './keys.js';
import { UNREAD_ARCHIVE_KEYS } from './unread-keys.js';

/** Keys of the archive that have another name today. */
export const ARCHIVE_ALIASES: ReadonlyMap<string, string> = new Map([
  ['SEARCH.DATASET', 'LOADER.DATASET'],
  ['SEARCH.DATAPATH', 'LOADER.DATAPATH'],
  ['SEARCH.NUM_CLASSES', 'LOADER.NUM_CLASSES'],
  ['SEARCH.SPLIT', 'LOADER.SPLIT'],
  ['SEARCH.INPUT_CHANNEL', 'SEARCH.INPUT_CHANNELS'],
  // The scripts of the archive read this batch size, and not SEARCH.BATCH_SIZE.
  ['TRAIN.BATCH_SIZE', 'LOADER.BATCH_SIZE'],
  ['DATA_LOADER.NUM_WORKERS', 'LOADER.NUM_WORKERS'],
  ['DATA_LOADER.PIN_MEMORY', 'LOADER.PIN_MEMORY'],
  ['SPACE.CHANNEL', 'SPACE.CHANNELS'],
  ['OPTIM.WARMUP_EPOCHS', 'OPTIM.WARMUP_EPOCH'],
  ['CUDNN.BENCHMARK', 'CUDNN_BENCH'],
]);

/** Keys that the searches of the archive read and whose default was different then. */
const OLD_DEFAULTS: Readonly<Record<string, Value>> = { 'LOADER.BATCH_SIZE': int(96) };

/** Every present key and every key of the archive, with the defaults of the archive. */
export function archiveSettings(defaults: Readonly<Record<string, Value>>): Settings {
  return new Map([
    ...defaultSettings({ ...defaults, ...toValues(UNREAD_ARCHIVE_KEYS) }),
    ...defaultSettings(OLD_DEFAULTS, 'the defaults of the archive'),
  ]);
}

/** The settings without the keys that no search reads. */
export function withoutUnread(settings: Settings): Settings {
  return new Map([...settings].filter(([key]) => !Object.hasOwn(UNREAD_ARCHIVE_KEYS, key)));
}

/**
 * Whether a file is in the archive's dialect: it has a key or a group that only the archive has, and no group LOADER,
 * which XNAS introduced in their place.
 * @param keys the present keys
 */
export function isArchiveDialect(file: Group, keys: readonly string[]): boolean {
  if (file.entries.some(({ key }) => key === 'LOADER')) return false;
  const marks = marksOf(keys);
  return namesIn(file).some((name) => marks.has(name));
}

/** The keys and groups that only the archive has. */
function marksOf(keys: readonly string[]): Set<string> {
  const then = [...ARCHIVE_ALIASES.keys(), ...Object.keys(UNREAD_ARCHIVE_KEYS)];
  const groups = groupsOf(then);
  for (const group of groupsOf(keys)) groups.delete(group);
  return new Set([...then, ...groups]);
}

/** The full names of all groups and keys of a file. */
function namesIn({ entries }: Group): string[] {
  return entries.flatMap(({ key, content }) => [
    key,
    ...(content.type === 'group' ? namesIn(content).map((inner) => `${key}.${inner}`) : []),
  ]);
}
