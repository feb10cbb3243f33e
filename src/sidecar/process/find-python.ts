/** Finds the Python interpreter. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MissingError } from '../../errors.js';

/** The root folder of this package, in a checkout and in an installation. */
const PACKAGE_ROOT = fileURLToPath(new URL('../../..', import.meta.url));

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
 * environment, the active conda environment, `python3` and `python` on the PATH.
 * @returns the path of an executable file. Its version and its packages are not checked.
 * @throws MissingError `python-missing` when none is found, or the named one does not exist.
 */
export async function findPython(named?: string, context: SearchContext = THIS_PROCESS): Promise<string> {
  const { environment } = context;
  if (named) return await requireExecutable(named, 'named', context);
  if (environment.RMINAS_PYTHON) return await requireExecutable(environment.RMINAS_PYTHON, 'in RMINAS_PYTHON', context);
  for (const candidate of candidates(context)) {
    if (await isExecutable(candidate)) return candidate;
  }
  throw new MissingError('No Python was found: no .venv, no active environment, and no python3 on the PATH.', {
    code: 'python-missing',
    nextSteps: [
      'Install Python 3.10 or newer and run `npm run setup`.',
      'Or name a Python that has the packages with --python or RMINAS_PYTHON.',
    ],
  });
}

function candidates(context: SearchContext): string[] {
  const { environment, packageRoot, platform } = context;
  const windows = platform === 'win32';
  const virtual = (root: string) => (windows ? join(root, 'Scripts', 'python.exe') : join(root, 'bin', 'python'));
  const conda = (root: string) => (windows ? join(root, 'python.exe') : join(root, 'bin', 'python'));
  const { VIRTUAL_ENV, CONDA_PREFIX } = environment;
  return [
    virtual(join(packageRoot, '.venv')),
    ...(VIRTUAL_ENV ? [virtual(VIRTUAL_ENV)] : []),
    ...(CONDA_PREFIX ? [conda(CONDA_PREFIX)] : []),
    ...onPath('python3', context),
    ...onPath('python', context),
  ];
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
    nextSteps: ['Correct the path, or remove it and run `npm run setup`.'],
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
