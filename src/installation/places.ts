/** The paths of this copy of rminas and of its own files. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../errors.js';
import { isPseudo } from '../system/folders.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** The root folder of this package, in a checkout and in an installation. */
export const PACKAGE_ROOT = packageRoot(dirname(fileURLToPath(import.meta.url)));

/** The folder that holds the Python package, its project file and its constraints. */
export const PYTHON_FOLDER = join(PACKAGE_ROOT, 'python');

/** The versions of Python packages that an installation is held to. */
export const CONSTRAINTS_FILE = join(PYTHON_FOLDER, 'constraints.txt');

/** The next folder above with a `package.json`. This module also runs as a part of the bundled commands. */
function packageRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (folder === dirname(folder)) throw new Error('The package has lost its package.json.');
  return packageRoot(dirname(folder));
}

/**
 * The folder for data, indexes and the environment: RMINAS_HOME, or `rminas` in XDG's data folder.
 * @throws UsageError `invalid-home` for a folder below a pseudo file system, such as /proc
 */
export function dataHome(environment: Variables = process.env): string {
  const named = environment.RMINAS_HOME ? resolve(environment.RMINAS_HOME) : undefined;
  const home = named ?? join(xdgDataHome(environment), 'rminas');
  if (!isPseudo(home)) return home;
  throw new UsageError(`No files can be stored in ${home}: it is below a file system of the operating system.`, {
    code: 'invalid-home',
    nextSteps: [
      named === undefined
        ? 'Set RMINAS_HOME to a folder for files.'
        : 'Set RMINAS_HOME to another folder, or unset it.',
    ],
  });
}

/** The folder of the virtual environment that `rminas setup` makes. */
export function environmentFolder(environment: Variables = process.env): string {
  return join(dataHome(environment), 'venv');
}

/** The interpreter of a virtual environment. */
export function virtualPython(folder: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
}

/** The interpreter of a conda environment. */
export function condaPython(folder: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? join(folder, 'python.exe') : join(folder, 'bin', 'python');
}

/** The file that `rminas setup` writes into an environment when everything is installed. */
export function stampFile(folder: string): string {
  return join(folder, '.rminas-setup');
}

/** Whether the installation of an environment was completed. */
export function isInstalled(folder: string): boolean {
  return existsSync(stampFile(folder));
}

function xdgDataHome(environment: Variables): string {
  const configured = environment.XDG_DATA_HOME;
  // The specification of XDG says to ignore a relative path.
  return configured && isAbsolute(configured) ? configured : join(environment.HOME || homedir(), '.local', 'share');
}
