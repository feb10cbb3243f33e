import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { createRandom } from '../../src/random/random.js';
import { darts } from '../../src/spaces/darts/space.js';
import { getSpace } from '../support/spaces.js';
import { describeSpace } from './conformance.js';
import { digits, readFixture } from './fixture.js';

interface Decoded {
  readonly encoding: string;
  readonly genotype: string;
}

const cell =
  "[('dil_conv_5x5', 0), ('max_pool_3x3', 1), ('dil_conv_5x5', 1), ('dil_conv_3x3', 2), " +
  "('dil_conv_3x3', 1), ('max_pool_3x3', 2), ('dil_conv_5x5', 2), ('avg_pool_3x3', 4)]";
const written = (normal: string, reduce = normal, concat = '[2, 3, 4, 5]') =>
  `Genotype(normal=${normal}, normal_concat=${concat}, reduce=${reduce}, reduce_concat=${concat})`;
const text = written(cell);

describeSpace(darts);

describe('darts', () => {
  it('is found by its name', () => {
    expect(getSpace('darts')).toBe(darts);
  });

  it('has 7 operations on each of 8 edges, and 1, 3, 6 and 10 pairs of sources', () => {
    expect(darts.size).toBe(7 ** 8 * 3 * 6 * 10);
    expect(darts.slots).toEqual(new Array(14).fill(8));
  });

  it('gives the forest 14 × 7 columns, all 0 for a missing edge', () => {
    const columns = digits('70777777777776').flatMap((category, slot) => darts.features[slot]?.[category] ?? []);
    expect(columns).toHaveLength(98);
    expect(columns.flatMap((value, column) => (value === 1 ? [column] : []))).toEqual([7, 13 * 7 + 6]);
  });

  it('draws all pairs of sources and all operations equally often', () => {
    const random = createRandom(3, 'pairs', 0);
    const pairs = new Map<string, number>();
    const operations = new Array<number>(7).fill(0);
    for (let i = 0; i < 20_000; i += 1) {
      const active = [...darts.sample(random).slice(9).entries()].filter(([, category]) => category < 7);
      const pair = String(active.map(([from]) => from));
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      for (const [, category] of active) operations[category] = (operations[category] ?? 0) + 1;
    }
    expect(pairs.size).toBe(10);
    // Within five standard deviations.
    for (const count of pairs.values()) expect(Math.abs(count - 2000)).toBeLessThan(5 * Math.sqrt(1800));
    for (const count of operations) expect(Math.abs(count - 40_000 / 7)).toBeLessThan(5 * Math.sqrt(4900));
  });
});

describe('darts: genotypes', () => {
  const { decode } = readFixture<{ decode: Decoded[] }>('darts/golden.json');
  const { cases } = readFixture<{ cases: Decoded[] }>('darts/decodes.json');

  it.each(decode)("reads XNAS's text of $encoding", ({ encoding, genotype }) => {
    expect(genotype).toMatch('range(2, 6)');
    expect(darts.parse(genotype)).toEqual(digits(encoding));
  });

  it('prints edges in the order in which XNAS decodes them, for every pair of sources', () => {
    expect(cases).toHaveLength(10);
    expect(cases.map(({ encoding }) => darts.print(digits(encoding)))).toEqual(cases.map(({ genotype }) => genotype));
    const flat = decode.map(({ genotype }) =>
      genotype
        .replaceAll('[[', '[')
        .replaceAll(']]', ']')
        .replaceAll('], [', ', ')
        .replaceAll('range(2, 6)', '[2, 3, 4, 5]'),
    );
    expect(decode.map(({ encoding }) => darts.print(digits(encoding)))).toEqual(flat);
  });

  it('reads both orders of the edges of a node as one genotype', () => {
    const swapped = cell.replace(
      "('dil_conv_5x5', 0), ('max_pool_3x3', 1)",
      "('max_pool_3x3', 1), ('dil_conv_5x5', 0)",
    );
    expect(swapped).not.toBe(cell);
    expect(darts.parse(written(swapped, cell))).toEqual(darts.parse(text));
  });

  it('reads the notation of Python files', () => {
    const python = text
      .replaceAll("'", '"')
      .replaceAll('(normal', '(\n    normal')
      .replaceAll(', (', ',\n        (')
      .replaceAll(')]', '),\n    ]')
      .replace(/\)$/, ',\n)');
    expect(python).not.toBe(text);
    expect(darts.parse(python)).toEqual(darts.parse(text));
  });

  const nested = "[[('skip_connect', 0), ('skip_connect', 1)], [('skip_connect', 0), ('skip_connect', 1)]]";
  it.each([
    [
      written(cell.replace('max_pool_3x3', 'max_pool_5x5'), cell),
      'unknown operation "max_pool_5x5"; the nearest known one is "max_pool_3x3"',
    ],
    [written(cell.replace('max_pool_3x3', 'none')), 'node 2 of normal has the unknown operation "none"'],
    [
      written(cell.replace("'avg_pool_3x3', 4", "'avg_pool_3x3', 5")),
      'an edge of node 5 of normal comes from 5, not from 0 to 4',
    ],
    [written(cell.replace("'max_pool_3x3', 1", "'max_pool_3x3', 0")), 'both edges of node 2 of normal come from 0'],
    [
      written(cell.replace("'max_pool_3x3', 1", "'max_pool_3x3', -1")),
      "must be ('operation', source), not ('max_pool_3x3',-1)",
    ],
    [
      written(cell.replace("'max_pool_3x3', 1", 'max_pool_3x3, 1')),
      "must be ('operation', source), not (max_pool_3x3,1)",
    ],
    [written(cell.replace("('dil_conv_5x5', 0), ", '')), 'normal has 7 edges, not 8'],
    [written(cell, '[]'), 'reduce has 0 edges, not 8'],
    [written(nested), 'normal has 2 nodes, not 4'],
    [
      written(`${cell.replace("[('dil", "[[('dil").replace("1), ('dil_conv_5x5', 1", "1)], [('dil_conv_5x5', 1")}]`),
      'has 2 nodes',
    ],
    [written(cell, cell.replace('avg_pool_3x3', 'max_pool_3x3')), 'normal and reduce differ'],
    [written(cell, cell, '[2, 3, 4]'), 'normal_concat must be [2, 3, 4, 5], which are all nodes, but it is [2,3,4]'],
    [written(cell, cell, 'range(4, 7)'), 'but it is range(4,7)'],
    [text.replace('normal_concat', 'concat'), 'it must be Genotype('],
    [text.replace('Genotype', ''), 'it must be Genotype('],
    [`__import__("os").system("true") or ${text}`, 'it must be Genotype('],
    [`${text} `, 'there is space before or after it'],
  ])('refuses %s', (wrong, problem) => {
    expect(() => darts.parse(wrong)).toThrow(UsageError);
    expect(() => darts.parse(wrong)).toThrow(problem);
  });

  it('refuses a node with three edges in a list of nodes', () => {
    const [first, ...others] = (
      readFixture<{ decode: Decoded[] }>('darts/golden.json').decode[0]?.genotype ?? ''
    ).split(']');
    const wrong = [`${first}, ('skip_connect', 0)`, ...others].join(']');
    expect(() => darts.parse(wrong)).toThrow('node 2 of normal has 3 edge(s), not two');
  });
});
