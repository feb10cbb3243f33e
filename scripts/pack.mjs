// Prepares what `npm pack` takes, and removes what only the package needs.
// Usage: node scripts/pack.mjs before|after
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = join(root, 'oclif.manifest.json');

/** Compiles everything again, without source maps, since the package does not contain the sources. */
function compile() {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--sourceMap', 'false'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error(`The compiler ended with exit code ${status}.`);
}

/** With the manifest, oclif needs no command's module for its help. */
async function writeManifest() {
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  writeFileSync(manifest, JSON.stringify(plugin.manifest));
}

// A manifest from an earlier pack would hide new commands of the checkout.
rmSync(manifest, { force: true });
if (process.argv[2] === 'before') {
  compile();
  await writeManifest();
}
