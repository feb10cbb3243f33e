import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONSTRAINTS_FILE, PYTHON_FOLDER } from './places.js';

/** The requirements in a Python project file. */
export interface Project {
  readonly version: string;
  /** Range of Python versions. */
  readonly python: string;
  readonly requirements: readonly Requirement[];
}

export interface Requirement {
  /** Name of the distribution, e.g. `scikit-learn`. */
  readonly name: string;
  /** Range of versions, e.g. `>=1.4`. */
  readonly range: string;
}

/**
 * Reads the few keys of a `pyproject.toml` that the doctor needs, as this project writes them: one a line.
 * @throws Error when one of them is not there
 */
export function parseProject(toml: string): Project {
  const list = find(toml, /^dependencies = \[([^\]]*)\]/m, 'dependencies');
  return {
    version: find(toml, /^version = "([^"]+)"/m, 'version'),
    python: find(toml, /^requires-python = "([^"]+)"/m, 'requires-python'),
    requirements: [...list.matchAll(/"([\w.-]+)\s*([^"]*)"/g)].map(([, name = '', range = '']) => ({ name, range })),
  };
}

function find(toml: string, pattern: RegExp, key: string): string {
  const value = pattern.exec(toml)?.[1];
  if (value === undefined) throw new Error(`The project file or the constraints have no ${key}`);
  return value;
}

/** Modules whose distributions have another name. */
const MODULES: Readonly<Record<string, string>> = {
  'scikit-learn': 'sklearn',
  pyzmq: 'zmq',
  'jsonschema-rs': 'jsonschema_rs',
  pillow: 'PIL',
};

/** The module that a distribution is imported as. */
export function moduleOf(distribution: string): string {
  return MODULES[distribution] ?? distribution;
}

/** The Python half of rminas as its project file describes it. */
export function readProject(): Project {
  return parseProject(readFileSync(join(PYTHON_FOLDER, 'pyproject.toml'), 'utf8'));
}

/**
 * The version that the constraints pin for a distribution.
 * @throws Error when they pin none
 */
export function pinnedVersion(distribution: string): string {
  const constraints = readFileSync(CONSTRAINTS_FILE, 'utf8');
  return find(constraints, new RegExp(`^${distribution}==([^\\s;]+)`, 'm'), distribution);
}
