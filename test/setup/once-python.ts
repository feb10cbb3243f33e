import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import startForkServer from './fork-server.js';
import shareKernels from './kernels.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Prepares the tests that start Python, after `once.ts`: the server's socket lies among the temporary files. vitest calls
 * this for each project of such tests; the first call does the work.
 */
export default async function preparePython(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.RMINAS_TEST_PYTHON_PREPARED) return undefined;
  process.env.RMINAS_TEST_PYTHON_PREPARED = '1';
  const python = process.env.RMINAS_PYTHON ?? join(ROOT, '.venv/bin/python');
  const [endForkServer] = await Promise.all([startForkServer(python), shareKernels(python)]);
  return endForkServer;
}
