import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bound } from '../../src/protocol/messages.js';
import { crossingOf, futilityBounds, type TrainingRecord } from '../../src/strategies/futility.js';
import { provisionalLimit, thresholdOf } from '../../src/strategies/threshold.js';

interface Crossing {
  readonly why: string;
  readonly curve: (number | null)[];
  readonly bounds: Bound[];
  readonly crossed: number | null;
}

const crossings = JSON.parse(
  readFileSync(new URL('../fixtures/crossings.json', import.meta.url), 'utf8'),
) as readonly Crossing[];

const STEPS = 7;

/** Losses that fall from 2 to the final loss by a constant factor. */
function falling(loss: number, steps = STEPS): TrainingRecord {
  const curve = Array.from({ length: steps }, (_, step) => 2 * (loss / 2) ** (step / (steps - 1)));
  return { curve: [...curve.slice(0, -1), loss], loss, stopped: false };
}

/** Random trainings: noisy, some of them diverged, failed or stopped. */
const training = fc
  .record({
    curve: fc.array(fc.double({ min: 0.01, max: 3, noNaN: true }), { minLength: STEPS, maxLength: STEPS }),
    fate: fc.constantFrom('ended', 'ended', 'ended', 'ended', 'diverged', 'failed', 'stopped'),
    cut: fc.integer({ min: 1, max: STEPS - 1 }),
  })
  .map(({ curve, fate, cut }): TrainingRecord => {
    if (fate === 'failed') return { curve: [], loss: Number.POSITIVE_INFINITY, stopped: false };
    if (fate === 'diverged') {
      return { curve: [...curve.slice(0, cut), null], loss: Number.POSITIVE_INFINITY, stopped: false };
    }
    const seen = fate === 'stopped' ? curve.slice(0, cut) : curve;
    return { curve: seen, loss: seen.at(-1) ?? 0, stopped: fate === 'stopped' };
  });
const trainings = fc.array(training, { minLength: 4, maxLength: 30 });
const limit = fc.double({ min: 0.05, max: 2, noNaN: true });

describe('futilityBounds', () => {
  it('are the worst lowest losses of trainings within reach, with a margin for those near the limit', () => {
    const far = falling(0.24);
    const known = [...Array.from({ length: 7 }, () => falling(0.14)), far, falling(0.9)];
    const near = falling(0.14).curve;
    const expected = [2, 3, 4, 5, 6].map((step) => ({
      step,
      loss: Math.max(0.1, far.curve[step - 1] ?? 0, 1.25 * (near[step - 1] ?? 0)),
    }));
    expect(futilityBounds(known, 0.1)).toEqual(expected);
    // Both kinds of references set some of the bounds.
    expect(expected.some(({ step, loss }) => loss === far.curve[step - 1])).toBe(true);
    expect(expected.some(({ step, loss }) => loss > (far.curve[step - 1] ?? 0))).toBe(true);
  });

  it('need eight finished trainings within reach; isomorphic ones count once', () => {
    const curves = Array.from({ length: 8 }, (_, index) => falling(0.1 + index / 100));
    expect(futilityBounds(curves, 0.1)).not.toEqual([]);
    const [first, ...others] = curves;
    expect(futilityBounds(others, 0.1)).toEqual([]);
    expect(futilityBounds([...others, ...others], 0.1)).toEqual([]);
    expect(futilityBounds([...others, { ...falling(0.1), stopped: true }], 0.1)).toEqual([]);
    expect(futilityBounds([...others, falling(0.26)], 0.1)).toEqual([]);
    expect(first).toBeDefined();
  });

  it('are about thirty in a long training, and none in a very short one', () => {
    const bounded = (steps: number) =>
      futilityBounds(
        Array.from({ length: 8 }, () => falling(0.1, steps)),
        0.1,
      ).map(({ step }) => step);
    expect(bounded(151)).toEqual(Array.from({ length: 29 }, (_, index) => 6 + 5 * index));
    expect(bounded(3)).toEqual([2]);
    expect(bounded(2)).toEqual([]);
  });

  it('lie between the first and the last step, and never below the limit', () => {
    fc.assert(
      fc.property(trainings, limit, (known, value) => {
        const bounds = futilityBounds(known, value);
        const steps = bounds.map(({ step }) => step);
        expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
        expect(steps.every((step) => step > 1 && step < STEPS)).toBe(true);
        expect(bounds.every(({ loss }) => Number.isFinite(loss) && loss >= value)).toBe(true);
      }),
    );
  });

  it('would not have stopped any training within reach', () => {
    fc.assert(
      fc.property(trainings, limit, (known, value) => {
        const bounds = futilityBounds(known, value);
        const within = known.filter(({ stopped, loss }) => !stopped && loss < 2.5 * value);
        expect(within.map(({ curve }) => crossingOf(curve, bounds))).toEqual(within.map(() => null));
      }),
    );
  });

  it('never become tighter with more trainings', () => {
    fc.assert(
      fc.property(trainings, trainings, limit, (known, more, value) => {
        const before = futilityBounds(known, value);
        const after = futilityBounds([...known, ...more], value);
        for (const [index, { step, loss }] of before.entries()) {
          expect(after[index]).toEqual({ step, loss: expect.any(Number) });
          expect(after[index]?.loss).toBeGreaterThanOrEqual(loss);
        }
      }),
    );
  });

  it('do not depend on the order of trainings', () => {
    fc.assert(
      fc.property(trainings, limit, (known, value) => {
        expect(futilityBounds([...known].reverse(), value)).toEqual(futilityBounds(known, value));
      }),
    );
  });
});

describe('crossingOf', () => {
  it.each(crossings)('is $crossed: $why', ({ curve, bounds, crossed }) => {
    expect(crossingOf(curve, bounds)).toBe(crossed);
  });

  it('is a step before which all losses lie above the limit, so no stopped training is good', () => {
    fc.assert(
      fc.property(trainings, training, limit, (known, { curve }, value) => {
        const step = crossingOf(curve, futilityBounds(known, value));
        for (const loss of curve.slice(0, step ?? 0)) expect(loss ?? Number.POSITIVE_INFINITY).toBeGreaterThan(value);
      }),
    );
  });

  it('does not come later for losses that are higher at every step', () => {
    fc.assert(
      fc.property(
        trainings,
        training,
        limit,
        fc.double({ min: 1, max: 3, noNaN: true }),
        (known, { curve }, value, by) => {
          const bounds = futilityBounds(known, value);
          const [step, higher] = [curve, curve.map((loss) => loss && loss * by)].map((of) => crossingOf(of, bounds));
          expect(higher ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(step ?? Number.POSITIVE_INFINITY);
        },
      ),
    );
  });
});

describe('provisionalLimit', () => {
  const loss = fc.double({ min: 0, max: 10, noNaN: true });
  const infinite = fc.constant(Number.POSITIVE_INFINITY);
  const losses = fc.array(fc.oneof({ weight: 6, arbitrary: loss }, { weight: 1, arbitrary: infinite }), {
    minLength: 1,
    maxLength: 40,
  });

  it('is never below the threshold, for any values of the losses above it', () => {
    const rate = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(losses, fc.nat(), rate, loss, (all, cut, quantile, other) => {
        const value = provisionalLimit(all.slice(0, 1 + (cut % all.length)), all.length, quantile);
        if (value === null) return;
        const threshold = thresholdOf(all, quantile);
        expect(threshold?.value ?? 0).toBeLessThanOrEqual(value);
        const replaced = all.map((one) => (one > value ? value + 1e-6 + other : one));
        expect(thresholdOf(replaced, quantile)?.value).toBe(threshold?.value);
      }),
      { numRuns: 500 },
    );
  });

  it('is the highest loss that can take part in the interpolation, once there are enough', () => {
    expect(provisionalLimit([5, 1, 4, 2, 3, 6], 100, 0.05)).toBe(6 + 1e-9);
    expect(provisionalLimit([5, 1, 4, 2, 3, 6, 0], 100, 0.05)).toBe(5 + 1e-9);
    expect(provisionalLimit([5, 1, 4, 2, 3], 100, 0.05)).toBeNull();
    expect(provisionalLimit([5, 1], 4, 0.05)).toBe(5 + 1e-9);
    expect(provisionalLimit([5, Number.POSITIVE_INFINITY], 4, 0.05)).toBeNull();
  });
});
