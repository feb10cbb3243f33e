// Prepares what `npm pack` takes, and removes what only the package needs.
// Usage: node scripts/pack.mjs before|after
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a program of Node.js. */
function run(file, ...args) {
  const { status } = spawnSync(process.execPath, [join(root, file), ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${file} ended with exit code ${status}.`);
}

/** Compiles everything again, without source maps, since the package does not contain the sources. */
function compile() {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run('scripts/build.mjs', '--no-source-maps');
  // The declarations, for programs that call the API.
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
}

if (process.argv[2] === 'before') compile();
// The manifest of the package would hide commands that are added to the checkout later.
else rmSync(join(root, 'oclif.manifest.json'), { force: true });
