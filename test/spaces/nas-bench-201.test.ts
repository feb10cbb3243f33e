import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import { getSpace } from '../support/spaces.js';
import { describeSpace } from './conformance.js';

const text = '|nor_conv_3x3~0|+|nor_conv_1x1~0|avg_pool_3x3~1|+|skip_connect~0|none~1|skip_connect~2|';

describeSpace(nasBench201);

describe('nas-bench-201', () => {
  it('is found by its name', () => {
    expect(getSpace('nas-bench-201')).toBe(nasBench201);
  });

  it('writes edges in the order 0>1, 0>2, 1>2, 0>3, 1>3, 2>3', () => {
    expect(nasBench201.parse(text)).toEqual([3, 2, 4, 1, 0, 1]);
    expect(nasBench201.print([3, 2, 4, 1, 0, 1])).toBe(text);
  });

  it.each([
    [
      'nor_conv_3x3~0',
      'nor_conv3x3~0',
      'edge 0>1 has the unknown operation "nor_conv3x3"; the nearest known one is "nor_conv_3x3"',
    ],
    [
      'avg_pool_3x3~1',
      'max_pool_3x3~1',
      'edge 1>2 has the unknown operation "max_pool_3x3"; the nearest known one is "avg_pool_3x3"',
    ],
    ['skip_connect~2|', 'skip_connect~1|', 'edge 2>3 must end in "~2", but it is "skip_connect~1"'],
    ['none~1', 'none', 'edge 1>3 must end in "~1", but it is "none"'],
    ['|avg_pool_3x3~1|', '|', 'node 2 has 1 edge(s), not 2'],
    [
      '|skip_connect~0|none',
      'skip_connect~0|none',
      'node 3, "skip_connect~0|none~1|skip_connect~2|", must begin and end with "|"',
    ],
    ['+|skip', '|skip', 'it has 2 node(s) joined by "+", not 3'],
  ])('names the problem when %j becomes %j', (right, wrong, problem) => {
    const broken = text.replace(right, wrong);
    expect(() => nasBench201.parse(broken)).toThrow(UsageError);
    expect(() => nasBench201.parse(broken)).toThrow(problem);
  });

  const data = process.env.RMINAS_TEST_DATA;
  it.skipIf(data === undefined)('reads all 15,625 genotypes of the benchmark (needs RMINAS_TEST_DATA)', () => {
    const table = readFileSync(join(data ?? '', 'nas-bench-201/test-accuracy-200-epochs.csv'), 'utf8');
    const texts = table
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[1] ?? '');
    const printed = texts.map((genotype) => nasBench201.print(nasBench201.parse(genotype)));
    expect(printed).toEqual(texts);
    expect(new Set(texts).size).toBe(nasBench201.size);
  });
});
