import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, cornersOf, curveOf, stairsOf } from '../../../src/jobs/compare/curves.js';
import { quantile } from '../../../src/statistics/quantile.js';

const at = (cost: number, value: number): Change => ({ cost, value });

/** The value at a cost, by a search through all changes. */
function holding(values: readonly Change[], cost: number): number {
  return values.filter((change) => change.cost <= cost).at(-1)?.value ?? Number.NaN;
}

const search = fc
  .array(fc.record({ cost: fc.nat(30), value: fc.nat(5) }), { minLength: 1, maxLength: 12 })
  .map((values) => values.sort((a, b) => a.cost - b.cost));

describe('the stairs of a search', () => {
  it('are its changes, the last one of several at one cost', () => {
    const { changes } = stairsOf([at(1, 5), at(2, 5), at(3, 4), at(3, 5), at(4, 2)], 6);
    expect(changes).toEqual([at(1, 5), at(4, 2)]);
  });

  it('hold the same values at every cost as all its steps', () => {
    fc.assert(
      fc.property(search, fc.nat(40), (values, cost) => {
        expect(holding(stairsOf(values, 40).changes, cost)).toBe(holding(values, cost));
      }),
    );
  });
});

describe('the curve of several searches', () => {
  it('has at each cost the quantiles of the values there', () => {
    fc.assert(
      fc.property(fc.array(search, { minLength: 1, maxLength: 5 }), (searches) => {
        const curve = curveOf(searches.map((values) => stairsOf(values, values.at(-1)?.cost ?? 0)));
        for (const { cost, median, low, high } of curve) {
          const values = searches.map((one) => holding(one, cost));
          expect([low, median, high]).toEqual([0.25, 0.5, 0.75].map((rate) => quantile(values, rate)));
        }
        const costs = curve.map(({ cost }) => cost);
        expect(costs).toEqual([...new Set(costs)].sort((a, b) => a - b));
        expect(costs[0]).toBe(Math.max(...searches.map((one) => one[0]?.cost ?? 0)));
        expect(costs.at(-1)).toBe(Math.max(...searches.map((one) => one.at(-1)?.cost ?? 0)));
      }),
    );
  });

  it('is empty without searches, and if one of them never has a value', () => {
    expect(curveOf([])).toEqual([]);
    expect(curveOf([stairsOf([at(1, 1)], 2), stairsOf([], 2)])).toEqual([]);
  });

  it('is drawn level up to each change', () => {
    const curve = curveOf([stairsOf([at(1, 5), at(4, 2)], 6)]);
    expect(cornersOf(curve).map(({ cost, median }) => [cost, median])).toEqual([
      [1, 5],
      [4, 5],
      [4, 2],
      [6, 2],
      [6, 2],
    ]);
  });
});
