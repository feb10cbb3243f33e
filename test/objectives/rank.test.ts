import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankAgainst } from '../../src/objectives/rank.js';

const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
const reference = fc.array(fc.option(numbers), { maxLength: 20 });
const direction = fc.constantFrom('higher' as const, 'lower' as const);

describe('the rank against a reference', () => {
  it('is the usual rank for values of the set, with midranks for ties', () => {
    const rank = rankAgainst([5, 1, 3, 3, null], 'lower');
    expect([1, 3, 5].map(rank)).toEqual([1, 2.5, 4]);
    expect(rank(null)).toBe(5.5);
    const reversed = rankAgainst([5, 1, 3, 3, null], 'higher');
    expect([5, 3, 1].map(reversed)).toEqual([1, 2.5, 4]);
    expect(reversed(null)).toBe(5.5);
  });

  it('is interpolated between neighbours', () => {
    const rank = rankAgainst([0, 10, 20], 'lower');
    expect([5, 2.5, 19].map(rank)).toEqual([1.5, 1.25, 2.9]);
  });

  it('is finite between the smallest floating-point numbers', () => {
    expect(rankAgainst([4e-323, 3e-323], 'higher')(3.5e-323)).toBe(1.5);
  });

  it('distinguishes values beyond the ends, within half a rank', () => {
    const rank = rankAgainst([0, 10, 20], 'lower');
    const better = [-1, -10, -1000].map(rank);
    expect(better).toEqual([...better].sort((a, b) => b - a));
    expect(new Set(better).size).toBe(3);
    // At the distance of the middle from the end: half of the range.
    expect(rank(-10)).toBe(0.75);
    expect(rank(30)).toBe(3.25);
  });

  it('is the same for all values when the set has no numbers', () => {
    for (const rank of [rankAgainst([], 'lower'), rankAgainst([null], 'higher')]) {
      expect(rank(1)).toBe(rank(-1e300));
      expect(rank(null)).toBeGreaterThanOrEqual(rank(1));
    }
  });

  it('never decreases for worse values, and stays within its range', () => {
    fc.assert(
      fc.property(reference, direction, numbers, numbers, (known, which, a, b) => {
        const rank = rankAgainst(known, which);
        const [better, worse] = (which === 'lower') === a < b ? [a, b] : [b, a];
        expect(rank(better)).toBeLessThanOrEqual(rank(worse));
        expect(rank(worse)).toBeLessThanOrEqual(rank(null));
        expect(rank(better)).toBeGreaterThan(0);
        expect(rank(null)).toBe(known.length + 0.5);
      }),
      { numRuns: 1000 },
    );
  });

  it('distinguishes values that differ by more than rounding', () => {
    const tame = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(fc.array(tame, { minLength: 1, maxLength: 20 }), tame, tame, (known, a, b) => {
        fc.pre(a < b);
        const rank = rankAgainst(known, 'lower');
        expect(rank(a)).toBeLessThan(rank(b));
      }),
    );
  });

  it('has the mean of the usual ranks over the reference set', () => {
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1, maxLength: 20 }), direction, (known, which) => {
        const ranks = known.map(rankAgainst(known, which));
        const sum = ranks.reduce((total, rank) => total + rank, 0);
        expect(sum).toBeCloseTo((known.length * (known.length + 1)) / 2, 6);
      }),
    );
  });
});
