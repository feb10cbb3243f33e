import { dirname } from 'node:path';
import { BUILT_IN } from '../catalogue/built-in.js';
import type { Catalogue } from '../catalogue/catalogue.js';
import type { Described } from '../definitions/described.js';
import type { PluginIdentity } from '../definitions/plugin.js';
import type { Config, Dialect } from './config.js';
import { findConfigFile, readConfigFile } from './config-file.js';
import { ARCHIVE_ALIASES, archiveSettings, isArchiveDialect, withoutUnread } from './schema/archive.js';
import { defaultsOf, searchKeysOf } from './schema/keys.js';
import { checkRanges } from './schema/ranges.js';
import type { SearchValues } from './schema/search-keys.js';
import { resolveSettings } from './space-defaults.js';
import { defaultSettings, mergeFile, mergeOverrides, type Settings, withAnyType } from './yacs/merge.js';
import { listValue, str, toPlain } from './yacs/value.js';
import type { Group } from './yacs/yaml-file.js';

export interface LoadOptions {
  /**
   * Configuration file in the form of XNAS or the archive, or the name of one that ships with rminas (`quickstart`);
   * without one the overrides apply to the defaults.
   */
  readonly file?: string | undefined;
  /** Keys and values in turn, as on XNAS's command line: `['RMINAS.RF_WARMUP', '24']`. */
  readonly overrides?: readonly string[] | undefined;
  /** Folder that a relative file name starts from; the current one by default. */
  readonly cwd?: string | undefined;
  /** The definitions that names refer to; those that ship with rminas by default. */
  readonly catalogue?: Catalogue | undefined;
  /** The plugins that the catalogue is extended by; they become RMINAS.PLUGINS. */
  readonly loaded?: readonly PluginIdentity[] | undefined;
  /** The things of the user that the catalogue is extended by. */
  readonly described?: readonly Described[] | undefined;
}

const PLUGINS = 'RMINAS.PLUGINS';
const SPACE = 'SPACE.NAME';
const NOTHING: Group = { type: 'group', entries: [] };

/**
 * Merges the defaults, the file and the overrides, in this order; then the space and the data set set what is unset.
 * @throws UsageError for a file that is missing or broken, an unknown key or name, a wrong type, a value out of range.
 */
export async function loadConfig(options: LoadOptions = {}): Promise<Config> {
  const { catalogue = BUILT_IN, loaded: plugins = [], described = [] } = options;
  const { path, dialect, keys, fromFile, merged } = await mergeAll(options);
  const named = withSpaceFile(withPlugins(merged, plugins), plugins);
  const { settings, notices } = resolveSettings(named, { dialect, file: path, catalogue });
  return {
    file: path,
    dialect,
    purpose: isForRetraining(fromFile, dialect) ? 'retraining' : 'search',
    settings,
    values: checkRanges(settings, keys) as SearchValues,
    notices,
    catalogue,
    plugins,
    described,
  };
}

/**
 * The names in RMINAS.PLUGINS, each with the folder that a relative path starts from.
 * @throws UsageError as {@link loadConfig}, except for names that plugins may add
 */
export async function configuredPlugins(
  options: LoadOptions = {},
): Promise<{ readonly name: string; readonly folder: string }[]> {
  const { path, merged } = await mergeAll(options);
  const setting = merged.get(PLUGINS);
  if (setting === undefined) return [];
  const folder = setting.source === 'file' && path !== null ? dirname(path) : (options.cwd ?? '.');
  return (toPlain(setting.value) as string[]).map((name) => ({ name, folder }));
}

/** The values that the file and the options give, before names are looked up. */
export interface ConfiguredValues {
  /** Unset keys have their defaults. */
  readonly values: SearchValues;
  /** The side of an image in pixels, where it is set: by SEARCH.IM_SIZE, or by TRAIN.IM_SIZE of a retraining. */
  readonly resolution: number | null;
}

/** @throws UsageError as {@link loadConfig}, except for names */
export async function configuredValues(options: LoadOptions = {}): Promise<ConfiguredValues> {
  const { values, merged, fromFile, dialect } = await mergeAll(options);
  const sizes = isForRetraining(fromFile, dialect) ? ['SEARCH.IM_SIZE', 'TRAIN.IM_SIZE'] : ['SEARCH.IM_SIZE'];
  const [set = null] = sizes.map((key) => merged.get(key)).filter((size) => size?.source !== 'default');
  return { values, resolution: set?.value.type === 'int' ? set.value.value : null };
}

/**
 * The value of SPACE.NAME before anything is looked up, and the folder that a relative path starts from.
 * @throws UsageError as {@link loadConfig}, except for names that are added later
 */
export async function configuredSpace(
  options: LoadOptions = {},
): Promise<{ readonly name: string; readonly folder: string }> {
  const { path, merged, values } = await mergeAll(options);
  const isFromFile = merged.get(SPACE)?.source === 'file' && path !== null;
  return { name: values[SPACE], folder: isFromFile ? dirname(path) : (options.cwd ?? '.') };
}

/** The settings before the space and the data set are looked up, in their ranges. */
async function mergeAll({ file, overrides = [], cwd = '.', catalogue = BUILT_IN }: LoadOptions) {
  const path = file === undefined ? null : findConfigFile(file, cwd);
  const content = path === null ? NOTHING : await readConfigFile(path);
  const keys = searchKeysOf(catalogue);
  const initial = defaultsOf(catalogue);
  const dialect: Dialect = isArchiveDialect(content, Object.keys(initial)) ? 'archive' : 'xnas';
  const defaults = dialect === 'archive' ? archiveSettings(initial) : defaultSettings(initial);
  const aliases = dialect === 'archive' ? ARCHIVE_ALIASES : undefined;
  const open = Object.keys(keys).filter((key) => keys[key]?.type === 'none');
  const fromFile = mergeFile(withAnyType(defaults, open), content, path ?? '', aliases);
  const merged = withoutUnread(mergeOverrides(fromFile, overrides, aliases));
  const values = checkRanges(merged, keys) as SearchValues;
  return { path, dialect, keys, fromFile, merged, values };
}

/** The settings with the plugins as they were loaded, so that a copy of the file in another folder loads the same. */
function withPlugins(settings: Settings, loaded: readonly PluginIdentity[]): Settings {
  const setting = settings.get(PLUGINS);
  const plugins = loaded.filter(({ kind }) => kind === 'plugin');
  if (setting === undefined || plugins.length === 0) return settings;
  const origin = setting.source === 'default' ? ({ source: 'override', where: 'the flag --plugin' } as const) : setting;
  const value = listValue(plugins.map(({ source }) => str(source)));
  return new Map([...settings, [PLUGINS, { ...origin, value }]]);
}

/** The settings with the absolute path of the space's file, so that a copy of the configuration finds the same file. */
function withSpaceFile(settings: Settings, loaded: readonly PluginIdentity[]): Settings {
  const setting = settings.get(SPACE);
  const file = loaded.find(({ kind, argument }) => kind === 'space' && argument !== null)?.source;
  if (setting === undefined || file === undefined) return settings;
  return new Map([...settings, [SPACE, { ...setting, value: str(file) }]]);
}

/**
 * A file of XNAS for a retraining has an architecture. One of the archive has a depth, and neither a data set nor a
 * space.
 */
function isForRetraining(settings: Settings, dialect: Dialect): boolean {
  if (dialect === 'xnas') {
    const genotype = settings.get('TRAIN.GENOTYPE')?.value;
    return genotype?.type === 'str' && genotype.value !== '';
  }
  const isSet = (key: string) => settings.get(key)?.source === 'file';
  return isSet('TRAIN.LAYERS') && !isSet('LOADER.DATASET') && !isSet('SPACE.NAME');
}
