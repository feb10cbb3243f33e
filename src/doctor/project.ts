/** What a Python project says that it needs. */
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
  if (value === undefined) throw new Error(`pyproject.toml has no ${key}`);
  return value;
}
