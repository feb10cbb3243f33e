import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './run-cli.js';

/** The files of the checkout that a package contains, without the documentation. */
const PACKAGED = [
  'bin',
  'dist',
  'configs',
  'oclif.manifest.json',
  'package.json',
  'python/rminas_sidecar',
  'python/pyproject.toml',
  'python/constraints.txt',
];

/**
 * Lays the compiled program out as `npm install` does, in a project or globally, with the checkout's node modules.
 * @returns the package's folder: there is no `.venv` and no script beside it.
 */
export function installedCopy(kind: 'dependency' | 'global'): string {
  const project = mkdtempSync(join(tmpdir(), 'rminas-installed-'));
  const modules = join(project, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== 'rminas') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const path of [...PACKAGED, 'python/constraints.txt']) {
    cpSync(join(ROOT, path), join(modules, 'rminas', path), { recursive: true });
  }
  if (kind === 'dependency') writeFileSync(join(project, 'package.json'), '{}');
  return join(modules, 'rminas');
}
