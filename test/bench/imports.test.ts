import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/run-cli.js';

const folder = join(ROOT, 'scripts');
const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.mjs'));

/** The files that a script names beside itself, such as a Python program that it runs. */
function filesNamedBy(script: string): string[] {
  const source = readFileSync(join(folder, script), 'utf8');
  return [...source.matchAll(/new URL\('([^']*\.\w+)', import\.meta\.url\)/g)].map(([, path]) =>
    resolve(folder, dirname(script), path ?? ''),
  );
}

/** The names that a script imports from the compiled program, with the module of each. */
function importedBy(script: string): [name: string, module: string][] {
  const source = readFileSync(join(folder, script), 'utf8');
  return [...source.matchAll(/import\s*\{([^}]*)\}\s*from\s*'([^']*\/dist\/[^']*)'/g)].flatMap(([, names, path]) =>
    (names ?? '')
      .split(',')
      .map((name): [string, string] => [
        name.trim().split(/\s+as\s+/)[0] ?? '',
        resolve(folder, dirname(script), path ?? ''),
      ])
      .filter(([name]) => name !== ''),
  );
}

describe('the scripts', () => {
  it('import only what the compiled program exports', async () => {
    const imported = scripts.flatMap(importedBy);
    expect(imported.length).toBeGreaterThan(30);
    const absent: string[] = [];
    for (const [name, module] of imported) {
      const exported = existsSync(module) ? await import(pathToFileURL(module).href) : {};
      if (!(name in exported)) absent.push(`${name} of ${module}`);
    }
    expect(absent).toEqual([]);
  });

  it('name only files that are there', () => {
    const named = scripts.flatMap(filesNamedBy);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
  });
});
