/** Costs that are functions of the genotype, for searches within limits. */
import type { Space } from '../../src/spaces/space.js';
import { Constraint, type Limits } from '../../src/strategies/limits/constraint.js';
import { CostTable, type CostTableOptions, type FindCosts } from '../../src/strategies/limits/costs.js';

/** Each slot's category counts, and the slots differ. The latency does not follow the other two exactly. */
export function formulaCosts(space: Space): FindCosts {
  return async (genotypes) =>
    genotypes.map((genotype) => {
      const encoding = space.parse(genotype);
      const params = encoding.reduce((sum, category, slot) => sum + category * (10 + slot), 100);
      const latency = encoding.reduce((sum, category, slot) => sum + category * (1 + (slot % 3)), 2);
      return { params, flops: params / 4, latency };
    });
}

export function formulaConstraint(space: Space, limits: Limits, more: Partial<CostTableOptions> = {}): Constraint {
  return new Constraint(limits, new CostTable({ space, find: formulaCosts(space), ...more }));
}
