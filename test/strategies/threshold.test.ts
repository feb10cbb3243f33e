import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixedThreshold, thresholdOf } from '../../src/strategies/threshold.js';

const { POSITIVE_INFINITY: infinity } = Number;
const loss = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 0, max: 1e30, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(infinity) },
);

describe('thresholdOf', () => {
  it('is slightly above the quantile', () => {
    expect(thresholdOf([1, 2, 3, 4, 5], 0.5)).toEqual({ value: 3 + 1e-9, note: null });
  });

  it('is the second lowest loss, with a note, when only one architecture is good', () => {
    expect(thresholdOf([5, 1, 3, 4, 2], 0.05)).toEqual({
      value: 2 + 1e-9,
      note: "Fewer than two losses lie under the warm-up's 0.05 quantile: the second lowest is the threshold.",
    });
  });

  it('is the second lowest loss, with a note, when the quantile is not finite', () => {
    const threshold = thresholdOf([infinity, 1, infinity, 2, infinity], 0.5);
    expect(threshold?.value).toBe(2 + 1e-9);
    expect(threshold?.note).toMatch('not finite');
  });

  it('is null when fewer than two losses are finite', () => {
    expect(thresholdOf([infinity, 1, infinity], 0.5)).toBeNull();
  });

  it('is finite and leaves two good architectures, for any losses with a threshold', () => {
    const losses = fc.array(loss, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(losses, fc.double({ min: 0, max: 1, noNaN: true }), (values, rate) => {
        const threshold = thresholdOf(values, rate);
        if (threshold === null) return values.filter(Number.isFinite).length < 2;
        return Number.isFinite(threshold.value) && values.filter((value) => value < threshold.value).length >= 2;
      }),
    );
  });
});

describe('fixedThreshold', () => {
  it('waits for the whole warm-up, and then for two finite losses', () => {
    expect(fixedThreshold([1, 2], 3, 0.5)).toBeNull();
    expect(fixedThreshold([1, 2, 3], 3, 0.5)?.value).toBe(2 + 1e-9);
    expect(fixedThreshold([infinity, infinity, 3], 3, 0.5)).toBeNull();
    expect(fixedThreshold([infinity, infinity, 3, infinity, 4], 3, 0.5)?.value).toBe(4 + 1e-9);
  });

  it('does not change with later losses', () => {
    fc.assert(
      fc.property(
        fc.array(loss, { minLength: 8, maxLength: 30 }),
        fc.integer({ min: 1, max: 8 }),
        (losses, planned) => {
          const fixed = losses.map((_, end) => fixedThreshold(losses.slice(0, end + 1), planned, 0.3)?.value ?? null);
          const first = fixed.findIndex((value) => value !== null);
          return first < 0 || fixed.slice(first).every((value) => value === fixed[first]);
        },
      ),
    );
  });
});
