/** Compiles each source of the program to a module of dist/. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const CONFIGURATION = 'tsconfig.build.json';

/** The sources that the compiler of types reads too, relative to the checkout. */
function sources() {
  const { exclude } = JSON.parse(readFileSync(join(root, CONFIGURATION), 'utf8'));
  return readdirSync(join(root, 'src'), { recursive: true })
    .map((file) => `src/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !exclude.some((folder) => file.startsWith(`${folder}/`)));
}

/** Writes a file unless it has these bytes, so that programs that start meanwhile never read half of an unchanged one. */
function writeChanged(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

/** Writes dist/: a module for each source, with or without its source map. */
export async function compileModules({ sourcemap }) {
  const { outputFiles } = await build({
    entryPoints: sources(),
    outdir: 'dist',
    outbase: 'src',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap,
    tsconfig: CONFIGURATION,
    logLevel: 'warning',
    absWorkingDir: root,
    write: false,
  });
  for (const { path, contents } of outputFiles) writeChanged(path, contents);
}
