import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('../../python/rminas_sidecar/kernels', import.meta.url));
/** Without the rest of the package, which would import PyTorch. */
const PROGRAM = 'import sys, pathlib, compiler; compiler.load_library(pathlib.Path(sys.argv[1]), sys.argv[2:])';
/** The options of the compiler for wide and for narrow vectors, see kernels.py. */
const LIBRARIES = [[], ['-DLANES=8']];

/**
 * Lets all tests, also those in Python, share the user's compiled kernels, and compiles those that are missing. Otherwise
 * the first searches would compile the same kernels at the same time.
 */
export default async function shareKernels(python: string): Promise<void> {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rminas', 'kernels');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  process.env.RMINAS_TEST_KERNELS = folder;
  const env = { ...process.env, PYTHONPATH: SOURCES, RMINAS_HOME: dirname(folder) };
  const compile = (options: readonly string[]) =>
    new Promise((resolve) => {
      // Without a compiler, the sidecars of the tests do without kernels.
      execFile(python, ['-c', PROGRAM, SOURCES, ...options], { env }, resolve);
    });
  await Promise.all(LIBRARIES.map(compile));
}
