import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { BIN, ROOT } from '../support/run-cli.js';

const HOOK = pathToFileURL(join(ROOT, 'test/fixtures/print-modules.mjs')).href;

/** The specifiers of all modules that the program imports until it ends with this exit code. */
function importsOf(args: readonly string[], code = 0): string[] {
  const { status, stderr } = spawnSync(process.execPath, ['--import', HOOK, BIN, ...args], { encoding: 'utf8' });
  expect(status, stderr).toBe(code);
  return [...stderr.matchAll(/^import (.*)$/gm)].map(([, specifier]) => String(specifier));
}

it.each(['--version', '--help', 'search --help'])('loads no command and no library of one for %s', (line) => {
  const imports = importsOf(line.split(' '));
  const libraries = Object.keys(packageJson.dependencies).filter((name) =>
    imports.some((specifier) => specifier === name || specifier.startsWith(`${name}/`)),
  );
  // The program can describe an error before it loads anything else.
  expect(libraries).toEqual(['@oclif/core', 'picocolors']);
  expect(imports.filter((specifier) => /commands\/(?!help\.js)/.test(specifier))).toEqual([]);
});

it.each(['rank', 'compare'])('loads ECharts for %s only when a chart is drawn', (command) => {
  const imports = importsOf([command, '--cfg', '/there/is/no/configuration.yaml'], 2);
  expect(imports).toContain('zod');
  expect(imports.filter((specifier) => /^(?:echarts|zrender)\b/.test(specifier))).toEqual([]);
});
