import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findPython } from '../../dist/sidecar/process/find-python.js';
import { MEMORY } from './evaluation/way.mjs';

/** The folder of the Python packages of this checkout. */
export const PACKAGES = fileURLToPath(new URL('../../python', import.meta.url));

/** Runs a Python program with one thread, and otherwise in the environment of a worker. Its exit code becomes ours. */
export async function runProgram(url, args) {
  const { status } = spawnSync(await findPython(), [fileURLToPath(url), ...args], {
    stdio: 'inherit',
    env: { ...MEMORY, ...process.env, OMP_NUM_THREADS: '1', PYTHONPATH: PACKAGES },
  });
  process.exitCode = status ?? 1;
}
