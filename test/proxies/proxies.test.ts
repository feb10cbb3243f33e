import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { defineProxy, PROXIES, parseProxy } from '../../src/proxies/index.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const PYTHON = path('.venv/bin/python');
const NAMES = PROXIES.map(({ name }) => name);

/** Prints name, direction and needs of each proxy in the sidecar. */
const LIST = `
import json
from rminas_sidecar.proxies import PROXIES
print(json.dumps({name: {"direction": it.direction, "needs": it.needs} for name, it in PROXIES.items()}))
`;

describe('the proxies', () => {
  it.skipIf(!existsSync(PYTHON))(
    'are those of the sidecar (skipped without .venv, which `npm run setup` makes)',
    () => {
      const env = { ...process.env, PYTHONPATH: path('python') };
      const defined = Object.fromEntries(PROXIES.map(({ name, direction, needs }) => [name, { direction, needs }]));
      const sidecar = JSON.parse(execFileSync(PYTHON, ['-c', LIST], { encoding: 'utf8', env }));
      expect(defined, 'a proxy needs a file in the sidecar and a definition in src/proxies').toEqual(sidecar);
    },
  );

  it('are all in the table of docs/proxies.md, with their direction', () => {
    const rows = readFileSync(path('docs/proxies.md'), 'utf8').matchAll(/^\| `([^`]+)` \| (higher|lower) \|/gm);
    const told = Object.fromEntries([...rows].map(([, name, direction]) => [name, direction]));
    expect(told).toEqual(Object.fromEntries(PROXIES.map(({ name, direction }) => [name, direction])));
  });

  it.each(NAMES)('can be asked for by name: %s', (name) => {
    expect(parseProxy(name, PROXIES)).toEqual({ name, step: null });
  });

  it('can have a step if they are observed during a training', () => {
    expect(parseProxy('rmi@50', PROXIES)).toEqual({ name: 'rmi', step: 50 });
    expect(parseProxy('cka-3@0', PROXIES)).toEqual({ name: 'cka-3', step: 0 });
    expect(() => parseProxy('synflow@50', PROXIES)).toThrow(
      'synflow is measured without a training, so it has no steps.',
    );
  });

  it.each([
    ['synflw', 'Did you mean synflow?'],
    ['RMI@50', 'Did you mean rmi?'],
    ['grad_norm', 'Did you mean grad-norm?'],
    ['rmi@', 'There is no proxy "rmi@"'],
    ['rmi@-1', 'There is no proxy'],
    ['rmi@1.5', 'There is no proxy'],
    ['rmi@12345678', 'There is no proxy'],
    ['rmi@1@2', 'There is no proxy'],
    ['rmi\n', 'There is no proxy'],
    ['', 'There is no proxy ""'],
    ['constructor', 'There is no proxy'],
    ['__proto__@3', 'There is no proxy'],
  ])('do not include %j', (text, said) => {
    expect(() => parseProxy(text, PROXIES)).toThrow(said);
    expect(() => parseProxy(text, PROXIES)).toThrow(expect.objectContaining({ code: 'unknown-proxy', exitCode: 2 }));
  });

  it('can be extended: names and aliases are looked up in the given list', () => {
    const fields = { direction: 'lower', needs: 'training', doc: 'A toy.', source: 'none' } as const;
    const more = [...PROXIES, defineProxy({ name: 'toy', aliases: ['plaything'], ...fields })];
    expect(parseProxy('toy@7', more)).toEqual({ name: 'toy', step: 7 });
    expect(parseProxy('plaything', more)).toEqual({ name: 'toy', step: null });
    expect(() => parseProxy('toys', more)).toThrow('Did you mean toy?');
    expect(() => parseProxy('toy', PROXIES)).toThrow('There is no proxy "toy"');
  });
});
