import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { quantile } from '../../src/statistics/quantile.js';

interface Case {
  readonly values: readonly number[];
  readonly rate: number;
  readonly quantile: number;
}

const fixture = new URL('../fixtures/quantiles.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: readonly Case[] };

describe('quantile', () => {
  it('equals numpy.quantile to the last bit', () => {
    expect(cases).toHaveLength(42);
    expect(cases.map(({ values, rate }) => quantile(values, rate))).toEqual(cases.map((known) => known.quantile));
  });

  it('is never NaN', () => {
    const { POSITIVE_INFINITY: infinity } = Number;
    expect(quantile([1, infinity], 0)).toBe(1);
    expect(quantile([1, infinity], 0.5)).toBe(infinity);
    expect(quantile([infinity, infinity, infinity], 0.3)).toBe(infinity);
    expect(quantile([3, 1, 2, infinity], 1 / 3)).toBe(2);
  });

  it('refuses an empty list', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});
