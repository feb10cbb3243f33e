import { execFileSync } from 'node:child_process';

/** The command-line tests run the compiled program, so it is compiled once before any test. */
export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
