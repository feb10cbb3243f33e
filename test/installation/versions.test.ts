import { expect, it } from 'vitest';
import { satisfies } from '../../src/installation/versions.js';

it.each([
  ['2.2', '>=2.2'],
  ['2.2.0', '>=2.2'],
  ['2.13.0+cpu', '>=2.2'],
  ['2.13.0+cpu', '==2.13'],
  ['26.0.0', '>=26,<27'],
  ['3.10.0', '>=3.10'],
  ['2.2.post1', '>2.2'],
  ['2.3rc1', '>=2.2'],
  ['2.3a1', '<2.3'],
  ['1.0', ''],
  ['1.5', '!=1.4, <=1.5'],
])('%s satisfies "%s"', (version, range) => {
  expect(satisfies(version, range)).toBe(true);
});

it.each([
  ['2.1.9', '>=2.2'],
  ['3.9.18', '>=3.10'],
  ['2.2rc1', '>=2.2'],
  ['2.2.dev20240101', '>=2.2'],
  ['2.2a1', '>=2.2b1'],
  ['27.1', '>=26,<27'],
  ['1.4.0', '!=1.4'],
  ['2.2', '>2.2'],
  ['unknown', '>=0'],
  ['', '>=0'],
])('%s does not satisfy "%s"', (version, range) => {
  expect(satisfies(version, range)).toBe(false);
});

it('rejects a range that it cannot parse', () => {
  expect(() => satisfies('1.0', '~=1.0')).toThrow('~=1.0');
});
