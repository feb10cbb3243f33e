import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/random/random.js';
import { percentileInterval, resample } from '../../src/statistics/bootstrap.js';
import { deviation, mean, spreadOf } from '../../src/statistics/moments.js';

interface Case {
  readonly values: readonly number[];
  readonly mean: number;
  readonly deviation: number | null;
}

const fixture = new URL('../fixtures/statistics/scipy.json', import.meta.url);
const { moments } = JSON.parse(readFileSync(fixture, 'utf8')) as { moments: readonly Case[] };

describe('a bootstrap', () => {
  it('draws as many items as there are, and the same for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 99 }), (count, seed) => {
        const draws = resample(count, 20, seed);
        expect(draws).toEqual(resample(count, 20, seed));
        expect(draws).toHaveLength(20);
        for (const draw of draws) {
          expect(draw).toHaveLength(count);
          expect(draw.every((index) => index >= 0 && index < count)).toBe(true);
        }
      }),
    );
    expect(resample(30, 3, 1)).not.toEqual(resample(30, 3, 2));
    expect(resample(30, 3, 1).slice(0, 2)).toEqual(resample(30, 2, 1));
  });

  it('covers the mean of a known distribution about as often as its level', () => {
    let covered = 0;
    for (let trial = 0; trial < 100; trial += 1) {
      const random = createRandom(trial, 'sample', 0);
      // Uniform from 0 to 1: the mean is 0.5.
      const sample = Array.from({ length: 60 }, () => (random.below(1000) + 0.5) / 1000);
      const means = resample(60, 200, trial).map((draw) => mean(Array.from(draw, (index) => sample[index] ?? 0)));
      const interval = percentileInterval(means, 0.9);
      if (interval && interval.low <= 0.5 && interval.high >= 0.5) covered += 1;
    }
    expect(covered).toBeGreaterThan(80);
    expect(covered).toBeLessThan(98);
  });

  it('leaves out draws without an estimate', () => {
    expect(percentileInterval([null, 3, 1, 2, null], 0.5)).toEqual({ low: 1.5, high: 2.5 });
    expect(percentileInterval([null, null], 0.95)).toBeNull();
    expect(percentileInterval([], 0.95)).toBeNull();
  });
});

describe('mean and deviation', () => {
  it('equal those of numpy', () => {
    expect(moments).toHaveLength(4);
    for (const { values, mean: middle, deviation: spread } of moments) {
      expect(mean(values)).toBeCloseTo(middle, 12);
      if (spread === null) expect(deviation(values)).toBeNull();
      else expect(deviation(values)).toBeCloseTo(spread, 12);
      expect(spreadOf(values)).toEqual({ mean: mean(values), deviation: deviation(values) });
    }
  });

  it('of an empty list are an error and null', () => {
    expect(() => mean([])).toThrow(RangeError);
    expect(deviation([])).toBeNull();
  });
});
