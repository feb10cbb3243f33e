import { describe, expect, it } from 'vitest';
import { darts } from '../../src/spaces/darts/space.js';
import { nasBenchMacro } from '../../src/spaces/nas-bench-macro/space.js';
import type { Space } from '../../src/spaces/space.js';
import { enumerated } from '../../src/strategies/answers/optimum.js';
import { createLargest } from '../../src/strategies/largest.js';
import { formulaConstraint } from '../search/limited.js';
import { conditional } from '../spaces/conditional-space.js';
import { runStrategy } from './conformance.js';

const flopsOf = async (space: Space, encodings: Parameters<Space['print']>[0][]) => {
  const costs = await formulaConstraint(space, {}).table.costsOf(encodings, ['flops']);
  return costs.map(({ flops }) => flops ?? 0);
};

async function largest(space: Space, params: number) {
  const constraint = formulaConstraint(space, { params });
  const strategy = createLargest({ space, seed: 1, costs: constraint.table, constraint });
  const { history, reason } = await runStrategy(strategy, () => 1, 4);
  expect([history.length, reason]).toEqual([1, 'evaluation-cap']);
  return strategy.answer(history).encoding;
}

describe('the strategy largest', () => {
  it.each([nasBenchMacro, conditional])('finds the most FLOPs within the limits of $name', async (space) => {
    for (const params of [180, 1e9]) {
      const constraint = formulaConstraint(space, { params });
      const found = await largest(space, params);
      const all = enumerated(space) ?? [];
      const usages = await constraint.countedUsage(all);
      const flops = await flopsOf(space, [...all]);
      const most = Math.max(...flops.filter((_, index) => (usages[index] ?? 2) <= 1));
      expect(await flopsOf(space, [found])).toEqual([most]);
    }
  });

  it('comes close to the limit in a large space', async () => {
    const found = await largest(darts, 900);
    const [flops = 0] = await flopsOf(darts, [found]);
    expect(flops * 4).toBeLessThanOrEqual(900);
    expect(flops * 4).toBeGreaterThan(870);
  });
});
