/** Reads import statements from source text. It needs no dependency and knows only the forms that this project uses. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** An import statement: `from` is the importing file, `to` a file of the checkout or a package's name. */
export interface Import {
  readonly from: string;
  readonly to: string;
  /** Erased by the compiler: no code is loaded. */
  readonly typeOnly: boolean;
}

export function readSource(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Paths from the checkout's root. */
export function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** `import`, `export … from`, and `import()` with a literal. Comments are dropped first: they may show examples. */
export function importsOfTypeScript(file: string, source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const statement = /^\s*(?:import|export)\s+(?:(type)\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"]+)['"]/gm;
  const dynamic = /\b(?:import|require)\(\s*['"]([^'"]+)['"]/g;
  const found = [
    ...Array.from(code.matchAll(statement), ([, type, to]) => ({ to: to ?? '', typeOnly: type === 'type' })),
    ...Array.from(code.matchAll(dynamic), ([, to]) => ({ to: to ?? '', typeOnly: false })),
  ];
  return found.map(({ to, typeOnly }) => {
    const isFile = to.startsWith('.');
    return { from: file, to: isFile ? relative(root, resolve(root, dirname(file), to)) : to, typeOnly };
  });
}

/** `import a, b as c` and `from a import b`, with relative names made whole. */
export function importsOfPython(file: string, source: string): Import[] {
  const code = source.replace(/"""[\s\S]*?"""/g, '');
  const modules: string[] = [];
  for (const [, names] of code.matchAll(/^\s*import\s+([\w., ]+)/gm)) {
    modules.push(...(names ?? '').split(',').map((name) => name.trim().split(' ')[0] ?? ''));
  }
  for (const [, name] of code.matchAll(/^\s*from\s+([\w.]+)\s+import\b/gm)) modules.push(name ?? '');
  for (const [, name] of code.matchAll(/\b(?:import_module|__import__|find_spec)\(\s*['"]([\w.]+)['"]/g)) {
    modules.push(name ?? '');
  }
  return modules.map((to) => ({ from: file, to, typeOnly: false }));
}
