// Writes dist/ with the modules, the bundles of the commands and of the pages, and oclif's command manifest, with which
// `--version` and `--help` load no command's module. It checks no types: `npm run types` does.
// Usage: node scripts/build.mjs [--no-source-maps]     (`npm run build`)
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin, settings } from '@oclif/core';
import { bundlePages } from './build-client.mjs';
import { bundleCommands } from './build-commands.mjs';
import { compileModules } from './build-modules.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = join(root, 'oclif.manifest.json');

async function writeManifest() {
  // oclif would look for the sources of the commands when NODE_ENV is `test`.
  settings.enableAutoTranspile = false;
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  // Programs that start meanwhile find no manifest or a whole one.
  writeFileSync(`${manifest}.new`, JSON.stringify(plugin.manifest));
  renameSync(`${manifest}.new`, manifest);
}

// A manifest of an earlier build would hide new commands, and a failure below would leave it there.
rmSync(manifest, { force: true });
await compileModules({ sourcemap: !process.argv.includes('--no-source-maps') });
await Promise.all([bundleCommands(), bundlePages()]);
await writeManifest();
