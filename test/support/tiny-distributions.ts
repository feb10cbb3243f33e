import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-cli.js';

/**
 * Writes tiny distributions for pip into a folder, and returns the folder.
 * @param specifications `name==version:module`; NUMPY, SKLEARN and PILLOW stand for the versions of the constraints
 */
export function distributions(folder: string, specifications: readonly string[]): string {
  const program = join(ROOT, 'test/fixtures/tiny_distributions.py');
  const constraints = readFileSync(join(ROOT, 'python/constraints.txt'), 'utf8');
  const pinned = (name: string) =>
    new RegExp(`^${name}==([^;\\s]+)(?:; python_version >=.*)?$`, 'm').exec(constraints)?.[1];
  const resolved = specifications.map((text) =>
    text
      .replace('NUMPY', pinned('numpy') ?? '')
      .replace('SKLEARN', pinned('scikit-learn') ?? '')
      .replace('PILLOW', pinned('pillow') ?? ''),
  );
  const { status, stderr } = spawnSync('python3', [program, folder, ...resolved], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return folder;
}
