/** Bundles the compiled commands. A command then reads a dozen files of rminas at its start, and not hundreds. */
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
/** What `bin/run.js` and oclif load beside the commands. All of them share the modules, whose state there is once. */
const BESIDE = ['error', 'help', 'interrupt', 'unknown-command'].map((name) => `terminal/${name}.js`);

/** Writes dist/cli: a module for each command, and chunks that they share. */
export async function bundleCommands() {
  const outdir = join(dist, 'cli');
  const commands = readdirSync(join(dist, 'commands'), { recursive: true }).filter((file) => file.endsWith('.js'));
  const { metafile } = await build({
    entryPoints: [...commands.map((file) => join('commands', file)), ...BESIDE].map((file) => join(dist, file)),
    outdir,
    outbase: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Their licences and versions stay their own.
    packages: 'external',
    logLevel: 'warning',
    metafile: true,
    absWorkingDir: root,
  });
  // Chunks of earlier builds. Programs that start meanwhile find their modules.
  const made = new Set(Object.keys(metafile.outputs).map((file) => join(root, file)));
  for (const entry of readdirSync(outdir, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !made.has(file)) rmSync(file);
  }
}
