import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RidgeDesign } from '../../src/statistics/ridge.js';

/** Rows of zeros and ones with targets and weights; more rows than columns, or fewer. */
const problems = fc
  .record({ columns: fc.integer({ min: 1, max: 12 }), rows: fc.integer({ min: 2, max: 20 }) })
  .chain((size) =>
    fc.record({
      columns: fc.constant(size.columns),
      rows: fc.array(fc.subarray(Array.from({ length: size.columns }, (_, column) => column)), {
        minLength: size.rows,
        maxLength: size.rows,
      }),
      targets: fc.array(fc.integer({ min: -50, max: 50 }), { minLength: size.rows, maxLength: size.rows }),
      weights: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: size.rows, maxLength: size.rows }),
      penalty: fc.constantFrom(0.1, 1, 3),
    }),
  );

describe('ridge regression', () => {
  it('finds the minimum of its sum: no gradient is left there', () => {
    fc.assert(
      fc.property(problems, ({ columns, rows, targets, weights, penalty }) => {
        const { intercept, coefficients } = new RidgeDesign(rows, columns).fit(targets, weights, penalty);
        const residuals = rows.map(
          (row, index) =>
            (weights[index] ?? 0) *
            ((targets[index] ?? 0) - row.reduce((sum, column) => sum + (coefficients[column] ?? 0), intercept)),
        );
        expect(residuals.reduce((sum, residual) => sum + residual, 0)).toBeCloseTo(0, 6);
        for (let column = 0; column < columns; column += 1) {
          const pull = residuals.reduce((sum, each, index) => sum + (rows[index]?.includes(column) ? each : 0), 0);
          expect(pull).toBeCloseTo(penalty * (coefficients[column] ?? 0), 6);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('leaves out a row of weight 0, and counts a row of weight 2 twice', () => {
    const rows = [[0, 2], [1, 2], [0, 3], [1, 3], [1]];
    const targets = [1, 5, 2, 9, 100];
    const weighted = new RidgeDesign(rows, 4).fit(targets, [2, 1, 1, 1, 0], 1);
    const listed = new RidgeDesign([[0, 2], ...rows.slice(0, 4)], 4).fit([1, ...targets], [1, 1, 1, 1, 1], 1);
    expect(weighted.intercept).toBeCloseTo(listed.intercept, 12);
    for (const [column, coefficient] of weighted.coefficients.entries()) {
      expect(coefficient).toBeCloseTo(listed.coefficients[column] ?? 0, 12);
    }
  });
});
