/** Bundles the scripts and the style of the report's pages. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Each script of a page, by the name of its bundle. */
const SCRIPTS = { report: 'src/report/client/main.ts', ui: 'src/ui/client/main.ts' };

/** Writes dist/report/client: a bundle for each script, and the styles. */
export async function bundlePages() {
  const scripts = Object.entries(SCRIPTS)
    .map(([name, file]) => ({ in: join(root, file), out: `${name}.bundle` }))
    .filter(({ in: file }) => existsSync(file));
  const folder = join(root, 'src/report/client');
  const styles = readdirSync(folder)
    .filter((name) => name.endsWith('.css'))
    .map((name) => ({ in: join(folder, name), out: name.replace(/\.css$/, '') }));
  await build({
    entryPoints: [...scripts, ...styles],
    outdir: join(root, 'dist/report/client'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['es2022', 'chrome111', 'firefox113', 'safari16.4'],
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
}
