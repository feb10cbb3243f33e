import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correlate } from '../../../src/jobs/rank/correlate.js';
import { resample } from '../../../src/statistics/bootstrap.js';
import { kendall, spearman } from '../../../src/statistics/correlation.js';

const value = fc.integer({ min: 0, max: 30 });
const pairs = fc.array(fc.tuple(fc.oneof(value, fc.constant(Number.NEGATIVE_INFINITY)), value), {
  minLength: 1,
  maxLength: 40,
});

/** The best places by y, found by sorting, with all that tie with the last of them. */
function bestOf(all: readonly (readonly [number, number])[], share: number): readonly (readonly [number, number])[] {
  const sorted = all.map(([, y]) => y).sort((a, b) => b - a);
  const limit = sorted[Math.max(1, Math.round(share * all.length)) - 1] ?? 0;
  return all.filter(([, y]) => y >= limit);
}

describe('the correlation of a score', () => {
  it('is measured over the best share of the architectures by their accuracy', () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom(1, 0.3, 0.1), (all, share) => {
        const found = correlate(
          all.map(([x]) => x),
          all.map(([, y]) => y),
          share,
          [],
        );
        const best = bestOf(all, share);
        const [xs, ys] = [best.map(([x]) => x), best.map(([, y]) => y)];
        expect(found.architectures).toBe(best.length);
        expect(found.kendall).toEqual({ value: kendall(xs, ys), low: null, high: null });
        expect(found.spearman).toEqual({ value: spearman(xs, ys), low: null, high: null });
      }),
    );
  });

  it('has the interval that resampling all architectures gives', () => {
    const all = Array.from({ length: 40 }, (_, index) => [index + ((7 * index) % 11), index] as const);
    const draws = resample(40, 200, 3);
    const found = correlate(
      all.map(([x]) => x),
      all.map(([, y]) => y),
      0.3,
      draws,
    );
    const estimates = draws
      .map((draw) =>
        bestOf(
          [...draw].map((index) => all[index] ?? [0, 0]),
          0.3,
        ),
      )
      .map(
        (best) =>
          kendall(
            best.map(([x]) => x),
            best.map(([, y]) => y),
          ) ?? 0,
      )
      .sort((a, b) => a - b);
    expect(found.kendall.low).toBeGreaterThanOrEqual(estimates[4] ?? 1);
    expect(found.kendall.low).toBeLessThanOrEqual(estimates[5] ?? -1);
    expect(found.kendall.high).toBeGreaterThanOrEqual(estimates[194] ?? 1);
    expect(found.kendall.high).toBeLessThanOrEqual(estimates[195] ?? -1);
    expect(found.kendall.low).toBeLessThan(found.kendall.value ?? -1);
  });

  it('is 1, with the interval [1, 1], if the order is the same', () => {
    const ordered = Array.from({ length: 30 }, (_, index) => index);
    const { kendall: tau, spearman: rho } = correlate(ordered, ordered, 1, resample(30, 50, 1));
    expect([tau, rho]).toEqual([
      { value: 1, low: 1, high: 1 },
      { value: 1, low: 1, high: 1 },
    ]);
  });

  it('is null if there is no order', () => {
    const nothing = { value: null, low: null, high: null };
    expect(correlate([1, 1, 1], [1, 2, 3], 1, resample(3, 9, 1))).toEqual({
      architectures: 3,
      kendall: nothing,
      spearman: nothing,
    });
    expect(correlate([], [], 1, []).architectures).toBe(0);
  });
});
