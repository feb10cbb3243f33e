import { spawnSync } from 'node:child_process';

/**
 * Compiles the program once before all tests, since the command-line tests run it. `npm test` has compiled it during
 * its set-up.
 */
export default function build(): void {
  if (process.env.RMINAS_TEST_BUILT) return;
  spawnSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
}
