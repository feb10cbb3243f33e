import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import build from './build.js';
import startForkServer from './fork-server.js';
import shareKernels from './kernels.js';
import measureSlowness from './slowness.js';
import gatherTemporaryFiles from './temporary.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Prepares all tests. vitest calls this for each project; the first call does the work. */
export default async function prepare(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.RMINAS_TEST_PREPARED) return undefined;
  process.env.RMINAS_TEST_PREPARED = '1';
  build();
  // First, so that the server's socket lies among the temporary files.
  const remove = gatherTemporaryFiles();
  const python = process.env.RMINAS_PYTHON ?? join(ROOT, '.venv/bin/python');
  const [endForkServer] = await Promise.all([startForkServer(python), shareKernels(python)]);
  measureSlowness();
  return async () => {
    await endForkServer();
    remove();
  };
}
