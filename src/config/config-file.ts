/** Finds a configuration file and reads it. */
import { readdirSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { PACKAGE_ROOT } from '../installation/places.js';
import { suggestion } from '../nearest.js';
import { ReadError, type ReadProblem, readBounded } from '../system/files.js';
import { type Group, readYaml } from './yacs/yaml-file.js';

/** The file types that yacs reads as YAML. */
const YAML_EXTENSIONS = ['', '.yaml', '.yml'];
/** Far above the size of any configuration. */
const MAX_BYTES = 65_536;
/** The configurations that ship with rminas. */
const SHIPPED = join(PACKAGE_ROOT, 'configs');
/** A name that cannot be a path to another folder and has no extension. */
const BARE_NAME = /^[\w-]+$/;

/** The names that stand for a configuration that ships with rminas, e.g. `quickstart`. */
export function shippedConfigs(): string[] {
  return readdirSync(SHIPPED)
    .filter((file) => extname(file) === '.yaml')
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/**
 * The absolute path of a configuration.
 * @param file a path, or the name of a configuration that ships with rminas; a file of that name takes precedence
 * @param cwd folder that a relative path starts from
 * @throws UsageError `unknown-config` for a name without a path that is neither.
 */
export function findConfigFile(file: string, cwd: string): string {
  const path = resolve(cwd, file);
  if (!BARE_NAME.test(file) || statSync(path, { throwIfNoEntry: false })) return path;
  const names = shippedConfigs();
  if (names.includes(file)) return join(SHIPPED, `${file}.yaml`);
  throw new UsageError(
    `There is no file ${path}, and no configuration '${file}' ships with rminas.${suggestion(file, names)}`,
    { code: 'unknown-config', nextSteps: [`Name a file, or one of ${names.join(', ')}.`] },
  );
}

/** @throws UsageError for a file that is absent, unreadable, not YAML, or far too long. */
export async function readConfigFile(path: string): Promise<Group> {
  if (!YAML_EXTENSIONS.includes(extname(path))) {
    throw new UsageError(`${path} is not a .yaml or .yml file.`, {
      code: 'not-a-yaml-file',
      nextSteps: ['Give a YAML file in the form of XNAS. rminas does not run a Python file as a configuration.'],
    });
  }
  return readYaml(decodeUtf8(readBytes(path), path), path);
}

function readBytes(path: string): Uint8Array {
  try {
    return readBounded(path, MAX_BYTES);
  } catch (cause) {
    if (!(cause instanceof ReadError)) throw cause;
    throw new UsageError(`The configuration file ${path} ${cause.message}.`, {
      code: cause.problem === 'missing' ? 'missing-config' : 'unreadable-config',
      nextSteps: [STEPS[cause.problem] ?? otherConfig()],
      cause,
    });
  }
}

const STEPS: Readonly<Partial<Record<ReadProblem, string>>> = {
  'not-a-file': 'Save the configuration as a .yaml file, and name that file.',
  'too-large': 'Give a YAML file in the form of XNAS; the longest of those has 1 kB.',
};

function otherConfig(): string {
  return `Check the path, or name a configuration that ships with rminas: ${shippedConfigs().join(', ')}.`;
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
