import { createReadStream } from 'node:fs';
import { extname, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { type Dialect, resolveSettings } from './planning/resolve.js';
import { ARCHIVE_ALIASES, archiveSettings, isArchiveDialect, withoutInert } from './schema/archive.js';
import { DEFAULTS } from './schema/defaults.js';
import { checkRanges, type Values } from './schema/ranges.js';
import { type Aliases, defaultSettings, mergeFile, mergeOverrides, type Settings } from './yacs/merge.js';
import { type Group, readYaml } from './yacs/yaml-file.js';

export interface LoadOptions {
  /** Configuration file in XNAS's form or the archive's; without one the defaults alone are overridden. */
  readonly file?: string | undefined;
  /** Keys and values in turn, as on XNAS's command line: `['RMINAS.RF_WARMUP', '24']`. */
  readonly overrides?: readonly string[] | undefined;
  /** Folder that a relative file name starts from; the current one when left out. */
  readonly cwd?: string | undefined;
}

/** A resolved configuration. */
export interface Config {
  /** Absolute path of the file, or null. */
  readonly file: string | null;
  readonly dialect: Dialect;
  /** What the file is for: the archive has files that say how a found architecture is trained. */
  readonly purpose: 'search' | 'retraining';
  /** Every key, with its value and where that comes from. */
  readonly settings: Settings;
  /** The keys that rminas reads, checked. */
  readonly values: Values;
  /** What the user should know of how the file was understood. */
  readonly notices: readonly string[];
}

/** What a file may set, and under which names. */
interface Schema {
  readonly defaults: Settings;
  readonly aliases: Aliases;
}

/** The file types that yacs reads as YAML. */
const YAML_EXTENSIONS = ['', '.yaml', '.yml'];
const NOTHING: Group = { type: 'group', entries: [] };
const SCHEMAS: Readonly<Record<Dialect, Schema>> = {
  xnas: { defaults: defaultSettings(DEFAULTS), aliases: new Map() },
  archive: { defaults: archiveSettings(), aliases: ARCHIVE_ALIASES },
};
/** Far above any configuration. */
const MAX_BYTES = 65_536;

/**
 * Defaults, then the file, then the overrides, then what space and data set decide.
 * @throws UsageError for a file that is missing or broken, an unknown key or name, a wrong type, a value out of range.
 */
export async function loadConfig({ file, overrides = [], cwd = '.' }: LoadOptions = {}): Promise<Config> {
  const path = file === undefined ? null : resolve(cwd, file);
  const content = path === null ? NOTHING : await readConfigFile(path);
  const dialect = isArchiveDialect(content) ? 'archive' : 'xnas';
  const { defaults, aliases } = SCHEMAS[dialect];
  const fromFile = mergeFile(defaults, content, path ?? '', aliases);
  const merged = withoutInert(mergeOverrides(fromFile, overrides, aliases));
  // Before names are looked up in them.
  checkRanges(merged);
  const { settings, notices } = resolveSettings(merged, dialect, path);
  const purpose = isForRetraining(fromFile, dialect) ? 'retraining' : 'search';
  return { file: path, dialect, purpose, settings, values: checkRanges(settings), notices };
}

/**
 * XNAS's files for that have an architecture. The archive's have a depth, and neither the data set nor the space of a
 * search.
 */
function isForRetraining(settings: Settings, dialect: Dialect): boolean {
  if (dialect === 'xnas') {
    const genotype = settings.get('TRAIN.GENOTYPE')?.value;
    return genotype?.type === 'str' && genotype.value !== '';
  }
  const isSet = (key: string) => settings.get(key)?.source === 'file';
  return isSet('TRAIN.LAYERS') && !isSet('LOADER.DATASET') && !isSet('SPACE.NAME');
}

async function readConfigFile(path: string): Promise<Group> {
  if (!YAML_EXTENSIONS.includes(extname(path))) {
    throw new UsageError(`${path} is not a .yaml or .yml file.`, {
      code: 'not-a-yaml-file',
      nextSteps: ['Give a YAML file in the form of XNAS. A Python file is not run as a configuration.'],
    });
  }
  return readYaml(decodeUtf8(await readBytes(path), path), path);
}

/** Never more than the limit and one byte: the path may be a device without an end. */
async function readBytes(path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of createReadStream(path, { end: MAX_BYTES })) chunks.push(chunk as Uint8Array);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new UsageError(`The configuration file ${path} ${missing ? 'does not exist' : `cannot be read (${code})`}.`, {
      code: missing ? 'missing-config' : 'unreadable-config',
      nextSteps: ['Check the path; examples stand in the folder configs of the package.'],
      cause: error,
    });
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length > MAX_BYTES) {
    throw new UsageError(`The configuration file ${path} has more than ${MAX_BYTES} bytes.`, {
      code: 'unreadable-config',
      nextSteps: ['Give a YAML file in the form of XNAS; the longest of those has 1 kB.'],
    });
  }
  return bytes;
}

function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError(`The configuration file ${path} is not UTF-8 text.`, {
      code: 'unreadable-config',
      nextSteps: ['Give a YAML text file.'],
      cause,
    });
  }
}
