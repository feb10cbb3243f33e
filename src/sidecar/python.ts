/** Which Python interpreter is used. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MissingError } from '../errors.js';

/** The folder of this package, of a checkout as of an installation. */
const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface PythonSurroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly packageRoot: string;
  readonly platform: NodeJS.Platform;
}

const HERE: PythonSurroundings = {
  environment: process.env,
  packageRoot: PACKAGE_ROOT,
  platform: process.platform,
};

/**
 * The interpreter: the one that is `named`, or else RMINAS_PYTHON, the `.venv` of this package, the active virtual or
 * conda environment, `python3` or `python` on the PATH. A virtual environment goes before a conda one, for it is
 * activated on top of it.
 * @returns the path of an executable file; whether it is a fit Python is not looked at.
 * @throws MissingError `python-missing` when there is none, or the one that is named is not there.
 */
export async function findPython(named?: string, surroundings: PythonSurroundings = HERE): Promise<string> {
  const { environment } = surroundings;
  if (named) return await mustBeThere(named, 'named', surroundings);
  if (environment.RMINAS_PYTHON) return await mustBeThere(environment.RMINAS_PYTHON, 'in RMINAS_PYTHON', surroundings);
  for (const candidate of candidates(surroundings)) {
    if (await isExecutable(candidate)) return candidate;
  }
  throw new MissingError('No Python is found: no .venv, no active environment, and no python3 on the PATH.', {
    code: 'python-missing',
    nextSteps: [
      'Install Python 3.10 or newer and run `npm run setup`.',
      'Or name a Python that has the packages with --python or RMINAS_PYTHON.',
    ],
  });
}

function candidates(surroundings: PythonSurroundings): string[] {
  const { environment, packageRoot, platform } = surroundings;
  const windows = platform === 'win32';
  const virtual = (root: string) => (windows ? join(root, 'Scripts', 'python.exe') : join(root, 'bin', 'python'));
  const conda = (root: string) => (windows ? join(root, 'python.exe') : join(root, 'bin', 'python'));
  const { VIRTUAL_ENV, CONDA_PREFIX } = environment;
  return [
    virtual(join(packageRoot, '.venv')),
    ...(VIRTUAL_ENV ? [virtual(VIRTUAL_ENV)] : []),
    ...(CONDA_PREFIX ? [conda(CONDA_PREFIX)] : []),
    ...onPath('python3', surroundings),
    ...onPath('python', surroundings),
  ];
}

function onPath(name: string, { environment, platform }: PythonSurroundings): string[] {
  const file = platform === 'win32' && !name.endsWith('.exe') ? `${name}.exe` : name;
  const folders = (environment.PATH ?? environment.Path ?? '').split(delimiter);
  return folders.filter((folder) => folder !== '').map((folder) => join(folder, file));
}

/** A bare name is looked for on the PATH, as a shell does. */
async function mustBeThere(python: string, where: string, surroundings: PythonSurroundings): Promise<string> {
  const places = /[\\/]/.test(python) ? [python] : onPath(python, surroundings);
  for (const place of places) {
    if (await isExecutable(place)) return place;
  }
  throw new MissingError(`The Python ${where} is not there, or is no program: ${python}`, {
    code: 'python-missing',
    nextSteps: ['Correct the path, or leave it away and run `npm run setup`.'],
  });
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
