import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { BIN, ROOT } from '../support/run-cli.js';

const HOOK = pathToFileURL(join(ROOT, 'test/fixtures/print-modules.mjs')).href;

/** The files of all modules that the program imports until it ends with this exit code. */
function importsOf(args: readonly string[], code = 0): string[] {
  const { status, stderr } = spawnSync(process.execPath, ['--import', HOOK, BIN, ...args], { encoding: 'utf8' });
  expect(status, stderr).toBe(code);
  return [...new Set([...stderr.matchAll(/^import (file:.*)$/gm)].map(([, url]) => fileURLToPath(String(url))))];
}

/** The packages to which the files belong. */
function packagesIn(files: readonly string[]): Set<string> {
  const names = files.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}

it.each(['--version', '--help', 'search --help'])('loads no command and no library of one for %s', (line) => {
  const imports = importsOf(line.split(' '));
  const libraries = Object.keys(packageJson.dependencies).filter((name) => packagesIn(imports).has(name));
  // The program can describe an error before it loads anything else.
  expect(libraries).toEqual(['@oclif/core', 'picocolors']);
  expect(imports.filter((file) => file.startsWith(join(ROOT, 'dist/cli/commands')))).toEqual([]);
});

it.each(['rank', 'compare'])('loads ECharts for %s only when a chart is drawn', (command) => {
  const packages = packagesIn(importsOf([command, '--cfg', '/there/is/no/configuration.yaml'], 2));
  expect(packages).toContain('zod');
  expect([...packages].filter((name) => /^(?:echarts|zrender)$/.test(name))).toEqual([]);
});
