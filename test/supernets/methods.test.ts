/** The definitions of the one-shot methods. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { valuesFor } from '../../src/definitions/values.js';
import { commonDefaults } from '../../src/supernets/definition.js';
import { METHOD_NAMES, METHODS, ONE_SHOT_KEYS } from '../../src/supernets/index.js';

describe('the methods', () => {
  it('are those of the sidecar', () => {
    const catalogue = readFileSync('python/rminas_sidecar/supernets/catalogue.py', 'utf8');
    const [, body = ''] = /METHODS[^{]*\{([^}]*)\}/.exec(catalogue) ?? [];
    expect(Array.from(body.matchAll(/"([^"]+)"/g), ([, name]) => name).sort()).toEqual([...METHOD_NAMES].sort());
  });

  it.each(METHODS.map((method) => [method.name, method] as const))('%s has defaults in range', (_, method) => {
    for (const space of method.spaces) {
      const defaults = { ...commonDefaults(space), ...method.defaults(space) };
      expect(() => valuesFor(ONE_SHOT_KEYS, defaults)).not.toThrow();
      const own = method.options(valuesFor(method.keys, defaults));
      expect(Object.values(own).every((value) => ['number', 'boolean'].includes(typeof value))).toBe(true);
    }
  });
});
