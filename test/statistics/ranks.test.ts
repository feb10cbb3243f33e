import { expect, it } from 'vitest';
import { createRandom } from '../../src/random/random.js';
import { denseRanks, midranks } from '../../src/statistics/ranks.js';
import { firstIndex } from '../../src/statistics/sorted.js';

it('ranks values by their place among the distinct ones', () => {
  const infinity = Number.POSITIVE_INFINITY;
  expect([...denseRanks([3, -0, 0, infinity, -infinity, 3])]).toEqual([2, 1, 1, 3, 0, 2]);
  expect([...midranks(denseRanks([3, 1, 1, 5]))]).toEqual([3, 1.5, 1.5, 4]);
  expect([...denseRanks([])]).toEqual([]);
  expect(() => denseRanks([1, Number.NaN])).toThrow('NaN has no rank.');
});

it('finds the first position of a sorted list where a condition holds', () => {
  const random = createRandom(1, 'sorted', 0);
  for (let size = 0; size < 20; size += 1) {
    const sorted = Array.from({ length: size }, () => random.below(10)).sort((a, b) => a - b);
    for (let bound = -1; bound <= 10; bound += 1) {
      const expected = sorted.findIndex((value) => value > bound);
      expect(firstIndex(sorted, (value) => value > bound)).toBe(expected < 0 ? size : expected);
    }
  }
});
