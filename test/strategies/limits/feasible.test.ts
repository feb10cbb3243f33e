import { describe, expect, it } from 'vitest';
import { NO_EDGE } from '../../../src/spaces/darts/cell.js';
import { darts } from '../../../src/spaces/darts/space.js';
import { mb } from '../../../src/spaces/mb/space.js';
import { nasBench201 } from '../../../src/spaces/nas-bench-201/space.js';
import { nasBenchMacro } from '../../../src/spaces/nas-bench-macro/space.js';
import { proxyless } from '../../../src/spaces/proxyless/space.js';
import { createSlotSpace } from '../../../src/spaces/slots/space.js';
import type { Encoding } from '../../../src/spaces/space.js';
import { Constraint, usageOf } from '../../../src/strategies/limits/constraint.js';
import { CostTable } from '../../../src/strategies/limits/costs.js';
import { checkFeasible, leastOf, listed } from '../../../src/strategies/limits/feasible.js';
import { formulaConstraint } from '../../search/limited.js';

describe('the usage of limits', () => {
  it('is the highest quotient of a cost and its limit', () => {
    const costs = { params: 150, flops: 3, latency: 8 };
    expect(usageOf(costs, { params: 300, flops: 4 })).toBe(0.75);
    expect(usageOf(costs, {})).toBe(0);
    expect(usageOf({ params: null }, { params: 300 })).toBe(Number.POSITIVE_INFINITY);
  });

  it('is at most 1 exactly when every cost is within its limit', () => {
    const limit = 2 ** 53 - 1;
    expect(usageOf({ params: limit }, { params: limit })).toBe(1);
    expect(usageOf({ params: limit + 1 }, { params: limit })).toBeGreaterThan(1);
    expect(usageOf({ flops: 0.1 + 0.2 }, { flops: 0.3 })).toBeGreaterThan(1);
  });
});

describe('the costs of a run', () => {
  it('are asked for once, by canonical form, and many at once', async () => {
    const requests: (readonly string[])[] = [];
    const find = async (genotypes: readonly string[]) => {
      requests.push(genotypes);
      return genotypes.map((_, index) => ({ params: index, flops: index, latency: index }));
    };
    const table = new CostTable({
      space: nasBenchMacro,
      find,
      recorded: [{ genotype: '00000000', costs: { params: 7 } }],
    });
    // An identity in the middle of a stage has no effect, so the first two are isomorphic.
    const encodings = ['00010000', '00001000', '11000000', '00000000'].map(nasBenchMacro.parse);
    await table.costsOf(encodings, ['params']);
    const [first, second, , recorded] = await table.costsOf(encodings, ['params']);
    expect(requests).toEqual([['00010000', '11000000']]);
    expect(first).toEqual(second);
    expect(recorded).toEqual({ params: 7 });
  });
});

describe('the list of a space', () => {
  it.each([nasBenchMacro, createSlotSpace({ name: 'toy', slots: [{ name: 'a', choices: ['1', '2'] }] })])(
    'has every genotype of $name once',
    (space) => {
      expect(new Set(listed(space).map((encoding) => space.print(encoding))).size).toBe(space.size);
    },
  );
});

describe('the least of a space', () => {
  it.each([
    [nasBench201, 100, true],
    [nasBenchMacro, 100, true],
    [mb, 100, false],
  ] as const)('is found: %#', async (space, value, exact) => {
    const { table } = formulaConstraint(space, {});
    expect(await leastOf('params', { space, table })).toMatchObject({ cost: 'params', value, exact });
  });

  it('is found by search where choices depend on others', async () => {
    const smallest = proxyless.parse('111111300030003000300030003300030003000300030003');
    const { table } = formulaConstraint(proxyless, {});
    const [expected] = await table.costsOf([smallest], ['params']);
    expect((await leastOf('params', { space: proxyless, table })).value).toBe(expected?.params);
  });

  it('is found through architectures of equal costs', async () => {
    // As in DARTS: a skip connection from a node costs nothing, and moving another operation there changes nothing.
    const cost = (encoding: Encoding) =>
      encoding.reduce((sum, category, slot) => {
        const fromNode = ![0, 1, 2, 3, 5, 6, 9, 10].includes(slot);
        return sum + (category === NO_EDGE ? 0 : category === 2 && fromNode ? 0 : 2 + category);
      }, 0);
    const find = async (genotypes: readonly string[]) =>
      genotypes.map((genotype) => ({ params: cost(darts.parse(genotype)), flops: 0 }));
    const table = new CostTable({ space: darts, find });
    // Three edges come from nodes at most, of nodes 3, 4 and 5; nodes 4 and 5 may have two of them.
    expect((await leastOf('params', { space: darts, table })).value).toBe(2 * 2 + 2);
  });
});

describe('limits that a space cannot meet', () => {
  const slots = createSlotSpace({
    name: 'toy',
    slots: ['a', 'b', 'c'].map((name) => ({ name, choices: ['1', '2', '3'] })),
  });

  it('are an error that tells the least that the space has', async () => {
    const constraint = formulaConstraint(slots, { params: 99, flops: 24.5 });
    await expect(checkFeasible(constraint, 1)).rejects.toMatchObject({
      code: 'infeasible-limits',
      exitCode: 2,
      message:
        'No architecture of toy is within the limits: at most 99 parameters and 24.5 million FLOPs. ' +
        'The least that the space has: 100 parameters; 25 million FLOPs.',
    });
  });

  it('tell that a latency was found by search', async () => {
    await expect(checkFeasible(formulaConstraint(slots, { latency: 1 }), 1)).rejects.toMatchObject({
      message: expect.stringContaining('The least that the space has: 2 ms (found by search).'),
    });
  });

  it('tell when they can be met one by one, but not together', async () => {
    const find = async (genotypes: readonly string[]) =>
      genotypes.map((genotype) => {
        const first = slots.parse(genotype)[0] ?? 0;
        return { params: 1 + first, flops: 3 - first };
      });
    const constraint = new Constraint({ params: 1, flops: 1 }, new CostTable({ space: slots, find }));
    await expect(checkFeasible(constraint, 1)).rejects.toMatchObject({
      message: expect.stringMatching(/one by one, but not together.*The nearest has \d parameters?, \d million FLOPs/),
    });
  });

  it('are met where only one architecture meets them', async () => {
    for (const space of [nasBench201, mb, darts, proxyless]) {
      const least = await leastOf('params', formulaConstraint(space, {}));
      await checkFeasible(formulaConstraint(space, { params: least.value }), 1);
    }
  });
});
