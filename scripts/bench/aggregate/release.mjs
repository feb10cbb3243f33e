// Builds release 0.2.1 from its tag.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TAG = 'v0.2.1';

/** @returns the folder of the built release, a clone below `scratch` */
export function openRelease(scratch) {
  const folder = join(scratch, TAG);
  const options = { stdio: ['ignore', 'ignore', 'inherit'] };
  execFileSync('git', ['clone', '--quiet', '--shared', '--branch', TAG, ROOT, folder], options);
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { ...options, cwd: folder });
  execFileSync('npm', ['run', 'build'], { ...options, cwd: folder });
  return folder;
}
