/** One name, one thing: the files of src export each name once. */
import { describe, expect, it } from 'vitest';
import { declaredExports } from './declared-exports.js';
import { filesUnder, readSource } from './read-imports.js';

describe('the exported names of src', () => {
  it('are each declared in one file', () => {
    const files = new Map<string, string[]>();
    for (const file of filesUnder('src', '.ts')) {
      for (const name of declaredExports(readSource(file))) files.set(name, [...(files.get(name) ?? []), file]);
    }
    expect(files.size).toBeGreaterThan(500);
    expect([...files].filter(([, declaring]) => declaring.length > 1)).toEqual([]);
  });
});

describe('the search for exported names', () => {
  it.each([
    ['export function sum() {}', ['sum']],
    ['export async function* walk() {}', ['walk']],
    ['export const LIMIT = 1;', ['LIMIT']],
    ['export abstract class Shape {}', ['Shape']],
    ['export interface Options {}', ['Options']],
    ['export type Name = string;', ['Name']],
  ])('finds the name in %j', (source, names) => {
    expect(declaredExports(source)).toEqual(names);
  });

  it('counts a type and a value of one name in one file once', () => {
    expect(declaredExports('export const Name = z.string();\nexport type Name = string;')).toEqual(['Name']);
  });

  it.each([
    "export { sum } from './sum.js';",
    "export type { Options } from './options.js';",
    'export default class Search {}',
    '// export const LIMIT = 1;',
  ])('ignores %j', (source) => {
    expect(declaredExports(source)).toEqual([]);
  });
});
