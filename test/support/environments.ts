/** The virtual environment that `rminas setup` makes in a data home. */
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes a program, with its folder. */
export function program(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

export const venvPython = (home: string) => join(home, 'venv/bin/python');

export function sitePackages(home: string): string {
  const lib = join(home, 'venv/lib');
  return join(lib, readdirSync(lib)[0] ?? '', 'site-packages');
}

/** Names and versions of what a setup installed, without pip's own. */
export function installed(home: string): string[] {
  const found = readdirSync(sitePackages(home)).filter((name) => name.endsWith('.dist-info'));
  return found.map((name) => name.replace('.dist-info', '')).filter((name) => !/^(?:pip|setuptools)-/.test(name));
}
