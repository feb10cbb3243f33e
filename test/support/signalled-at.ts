import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './run-cli.js';

/**
 * The environment in which the program sends itself a signal at a moment of its work. A signal from the test could arrive
 * too late on a busy machine.
 * @param moment as test/support/signal-at.mjs reads it, for example `journal evaluated 3 synced`
 */
export const signalledAt = (moment: string, signal: NodeJS.Signals): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--import ${pathToFileURL(join(ROOT, 'test/support/signal-at.mjs'))}`,
  RMINAS_TEST_MOMENT: moment,
  RMINAS_TEST_SIGNAL: signal,
});
