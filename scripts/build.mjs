// Compiles dist/, bundles the commands and the scripts of pages, and writes oclif's command manifest, with which
// `--version` and `--help` load no command's module.
// Usage: node scripts/build.mjs [options of the compiler]     (`npm run build`)
import { spawnSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin, settings } from '@oclif/core';
import { bundlePages } from './build-client.mjs';
import { bundleCommands } from './build-commands.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = join(root, 'oclif.manifest.json');

/** @returns the exit code of the compiler, which writes the files even if there are type errors */
function compile(options) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [compiler, '-p', 'tsconfig.build.json', ...options];
  return spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] }).status ?? 1;
}

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
process.exitCode = compile(process.argv.slice(2));
await Promise.all([bundleCommands(), bundlePages()]);
await writeManifest();
