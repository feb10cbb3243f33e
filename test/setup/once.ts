import build from './build.js';
import startForkServer from './fork-server.js';
import shareKernels from './kernels.js';
import measureSlowness from './slowness.js';
import gatherTemporaryFiles from './temporary.js';

/** Prepares all tests. vitest calls this for each project; the first call does the work. */
export default async function prepare(): Promise<(() => void) | undefined> {
  if (process.env.RMINAS_TEST_PREPARED) return undefined;
  process.env.RMINAS_TEST_PREPARED = '1';
  build();
  // In this order: compiled kernels and the server's socket lie among the temporary files.
  const remove = gatherTemporaryFiles();
  shareKernels();
  const endForkServer = await startForkServer();
  measureSlowness();
  return () => {
    endForkServer();
    remove();
  };
}
