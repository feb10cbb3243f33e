// Release 0.2.1, with which benchmarks compare.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The last commit of release 0.2.1. */
export const RELEASE = '65e6904';

/** @returns the folder of the built release, a clone below `scratch` */
export function openRelease(scratch) {
  const folder = join(scratch, 'release');
  const options = { stdio: ['ignore', 'ignore', 'inherit'] };
  execFileSync('git', ['clone', '--quiet', '--shared', '--no-checkout', ROOT, folder], options);
  execFileSync('git', ['checkout', '--quiet', RELEASE], { ...options, cwd: folder });
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { ...options, cwd: folder });
  execFileSync('npm', ['run', 'build'], { ...options, cwd: folder });
  return folder;
}
