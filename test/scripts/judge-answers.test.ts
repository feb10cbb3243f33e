/** The figures by which scripts/judge-answers.mjs judges a search. */
import { describe, expect, it } from 'vitest';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';

const FIGURES = '../../scripts/judge-answers/figures.mjs';

describe('the figures of judged answers', async () => {
  const { agreement, paired } = await import(FIGURES);

  it('are a share of equal slots near the inverse of the choices for random architectures, and 1 for equal answers', () => {
    const genotype = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';
    const { answers, chance } = agreement([genotype, genotype, genotype], nasBench201);
    expect(answers).toBe(1);
    // Canonical forms have more `none` than a draw.
    expect(chance).toBeGreaterThan(0.2);
    expect(chance).toBeLessThan(0.35);
  });

  it('are a difference with an interval that contains 0 only if the pairs leave it open', () => {
    expect(paired([3, 4, 5, 6], [1, 2, 3, 4])).toEqual({ difference: 2, low: 2, high: 2, wins: 4 });
    const open = paired([1, 5, 2, 4], [2, 4, 3, 3]);
    expect(open).toMatchObject({ difference: 0, wins: 2 });
    expect(open.low).toBeLessThan(0);
    expect(open.high).toBeGreaterThan(0);
  });
});
