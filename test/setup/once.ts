import build from './build.js';
import measureSlowness from './slowness.js';
import gatherTemporaryFiles from './temporary.js';

/** Prepares all tests. vitest calls this for each project; the first call does the work. */
export default function prepare(): (() => void) | undefined {
  if (process.env.RMINAS_TEST_PREPARED) return undefined;
  process.env.RMINAS_TEST_PREPARED = '1';
  build();
  const remove = gatherTemporaryFiles();
  measureSlowness();
  return remove;
}
