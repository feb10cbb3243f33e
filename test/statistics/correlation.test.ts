import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kendall, kendallOfRanks, spearman } from '../../src/statistics/correlation.js';
import { denseRanks, midranks } from '../../src/statistics/ranks.js';

interface Case {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly kendall: number | null;
  readonly spearman: number | null;
}

const fixture = new URL('../fixtures/statistics/scipy.json', import.meta.url);
const { correlations } = JSON.parse(readFileSync(fixture, 'utf8')) as { correlations: readonly Case[] };

const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true }),
  fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
);
const paired = fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 40 });
const sidesOf = (pairs: readonly (readonly [number, number])[]) => [pairs.map(([x]) => x), pairs.map(([, y]) => y)];

/** By definition, from every pair. */
function kendallByPairs(xs: readonly number[], ys: readonly number[]): number | null {
  let balance = 0;
  let untiedX = 0;
  let untiedY = 0;
  xs.forEach((x, i) => {
    for (let j = 0; j < i; j += 1) {
      const [a, b] = [Math.sign(order(x, xs[j])), Math.sign(order(ys[i], ys[j]))];
      balance += a * b;
      untiedX += Math.abs(a);
      untiedY += Math.abs(b);
    }
  });
  return untiedX * untiedY === 0 ? null : balance / Math.sqrt(untiedX * untiedY);
}

function order(a = 0, b = 0): number {
  return a < b ? -1 : Number(a > b);
}

/** Null, or a number up to rounding. */
function expectNear(found: number | null, wanted: number | null): void {
  if (wanted === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(wanted, 12);
}

describe('rank correlations', () => {
  it('equal those of scipy', () => {
    expect(correlations).toHaveLength(30);
    for (const known of correlations) {
      expectNear(kendall(known.xs, known.ys), known.kendall);
      expectNear(spearman(known.xs, known.ys), known.spearman);
    }
  });

  it('follow the definition of τ-b', () => {
    fc.assert(
      fc.property(paired, (pairs) => {
        const [xs = [], ys = []] = sidesOf(pairs);
        expectNear(kendall(xs, ys), kendallByPairs(xs, ys));
      }),
    );
  });

  it.each([
    ['kendall', kendall],
    ['spearman', spearman],
  ] as const)('%s is symmetric, odd, and blind to any rising function', (_, correlation) => {
    fc.assert(
      fc.property(paired, (pairs) => {
        const [xs = [], ys = []] = sidesOf(pairs);
        const found = correlation(xs, ys);
        expectNear(correlation(ys, xs), found);
        const odd = correlation(
          xs.map((x) => -x),
          ys,
        );
        expectNear(odd, found === null ? null : -found);
        expectNear(correlation(denseRanks(xs), ys), found);
        if (found !== null) expect(Math.abs(found)).toBeLessThanOrEqual(1);
        if (new Set(denseRanks(xs)).size > 1) expectNear(correlation(xs, xs), 1);
      }),
    );
  });

  it('accept a subset of places', () => {
    fc.assert(
      fc.property(paired, fc.integer({ min: 1, max: 20 }), (pairs, count) => {
        const [xs = [], ys = []] = sidesOf(pairs);
        const some = kendallOfRanks(denseRanks(xs).slice(-count), denseRanks(ys).slice(-count));
        expectNear(some, kendall(xs.slice(-count), ys.slice(-count)));
      }),
    );
  });

  it('are null without an order', () => {
    expect([kendall([], []), spearman([], [])]).toEqual([null, null]);
    expect([kendall([1], [2]), spearman([1], [2])]).toEqual([null, null]);
    expect([kendall([1, 1], [1, 2]), spearman([1, 2], [3, 3])]).toEqual([null, null]);
  });

  it('refuse NaN and lists of different lengths', () => {
    expect(() => kendall([1, Number.NaN], [1, 2])).toThrow(RangeError);
    expect(() => spearman([1, 2], [1])).toThrow(RangeError);
  });

  it('give ties the mean of their ranks', () => {
    expect([...midranks(denseRanks([30, 10, 30, -0, 0]))]).toEqual([4.5, 3, 4.5, 1.5, 1.5]);
  });
});
