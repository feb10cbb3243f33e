/** Finds the Python interpreter. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { MissingError } from '../../errors.js';
import { setupCommand } from '../../installation/advice.js';
import { condaPython, environmentFolder, isInstalled, PACKAGE_ROOT, virtualPython } from '../../installation/places.js';
import { lackingPackages } from './lacking-packages.js';

export interface SearchContext {
  readonly environment: NodeJS.ProcessEnv;
  readonly packageRoot: string;
  readonly platform: NodeJS.Platform;
}

const THIS_PROCESS: SearchContext = {
  environment: process.env,
  packageRoot: PACKAGE_ROOT,
  platform: process.platform,
};

/**
 * Finds the interpreter. The order is: `named`, RMINAS_PYTHON, the `.venv` of this package, the active virtual
 * environment, the active conda environment, the environment of `rminas setup`, `python3` and `python` on the PATH.
 * An active environment that lacks packages gives way to a complete one of `rminas setup`.
 * @returns the path of an executable file. Its version and its packages are not checked otherwise.
 * @throws MissingError `python-missing` when none is found, or the named one does not exist.
 */
export async function findPython(named?: string, context: SearchContext = THIS_PROCESS): Promise<string> {
  const { environment, packageRoot, platform } = context;
  const chosen = await namedPython(named, context);
  if (chosen !== undefined) return chosen.python;
  const checkout = virtualPython(join(packageRoot, '.venv'), platform);
  if (await isExecutable(checkout)) return checkout;
  const own = await ownEnvironment(context);
  for (const active of activePythons(environment, platform)) {
    if (!(await isExecutable(active))) continue;
    if (own === undefined || (await lackingPackages(active)).length === 0) return active;
  }
  if (own !== undefined) return own;
  for (const candidate of systemPythons(context)) {
    if (await isExecutable(candidate)) return candidate;
  }
  throw new MissingError('No Python was found: no .venv, no active environment, and no python3 on the PATH.', {
    code: 'python-missing',
    nextSteps: [
      `Install Python 3.10 or newer and run \`${setupCommand()}\`.`,
      'Or name a Python that has the packages with --python or RMINAS_PYTHON.',
    ],
  });
}

/**
 * The interpreter that `--python` or RMINAS_PYTHON names; undefined when neither does.
 * @throws MissingError `python-missing` when it does not exist
 */
export async function namedPython(
  named: string | undefined,
  context: SearchContext = THIS_PROCESS,
): Promise<{ readonly python: string; readonly by: '--python' | 'RMINAS_PYTHON' } | undefined> {
  const { RMINAS_PYTHON } = context.environment;
  if (named) return { python: await requireExecutable(named, 'named', context), by: '--python' };
  if (!RMINAS_PYTHON) return undefined;
  return { python: await requireExecutable(RMINAS_PYTHON, 'in RMINAS_PYTHON', context), by: 'RMINAS_PYTHON' };
}

/** The interpreters of the active environments. A virtual environment takes precedence over a conda one. */
export function activePythons(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  const { VIRTUAL_ENV, CONDA_PREFIX } = environment;
  return [
    ...(VIRTUAL_ENV ? [virtualPython(VIRTUAL_ENV, platform)] : []),
    ...(CONDA_PREFIX ? [condaPython(CONDA_PREFIX, platform)] : []),
  ];
}

/** The interpreters that the PATH may hold, best first. */
export function systemPythons(context: SearchContext = THIS_PROCESS): string[] {
  return [...onPath('python3', context), ...onPath('python', context)];
}

async function ownEnvironment({ environment, platform }: SearchContext): Promise<string | undefined> {
  const folder = environmentFolder(environment);
  const python = virtualPython(folder, platform);
  return isInstalled(folder) && (await isExecutable(python)) ? python : undefined;
}

function onPath(name: string, { environment, platform }: SearchContext): string[] {
  const file = platform === 'win32' && !name.endsWith('.exe') ? `${name}.exe` : name;
  const folders = (environment.PATH ?? environment.Path ?? '').split(delimiter);
  return folders.filter((folder) => folder !== '').map((folder) => join(folder, file));
}

/** Looks up a bare name on the PATH, as a shell does. */
async function requireExecutable(python: string, where: string, context: SearchContext): Promise<string> {
  const places = /[\\/]/.test(python) ? [python] : onPath(python, context);
  for (const place of places) {
    if (await isExecutable(place)) return place;
  }
  throw new MissingError(`The Python ${where} does not exist or is not executable: ${python}`, {
    code: 'python-missing',
    nextSteps: [`Correct the path, or remove it and run \`${setupCommand()}\`.`],
  });
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
