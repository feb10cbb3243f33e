import { spawnSync } from 'node:child_process';

/**
 * The command-line tests run the compiled program, so it is compiled once before any test. Type errors do not keep the
 * compiler from writing; `npm run types` is what reports them.
 */
export default function build(): void {
  spawnSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
}
