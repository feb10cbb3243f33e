/** Limits on the costs of networks, as a predicate. */
import type { Encoding, Space } from '../../spaces/space.js';
import { COUNTED_COSTS, type CostTable, NETWORK_COSTS, type NetworkCost, type NetworkCosts } from './costs.js';

/** The highest allowed value of each limited cost; above 0. */
export type Limits = Readonly<Partial<Record<NetworkCost, number>>>;

/** Above 1 by as little as possible: of a cost whose quotient with its limit rounds to 1. */
const JUST_ABOVE_1 = 1 + Number.EPSILON;

/** The names of the limited costs. */
export function limitedCosts(limits: Limits): NetworkCost[] {
  return NETWORK_COSTS.filter((cost) => limits[cost] !== undefined);
}

/** The costs that a search needs: the limited ones, and that of its front. */
export function neededCosts({ limits, pareto }: { limits: Limits; pareto: NetworkCost | null }): NetworkCost[] {
  return NETWORK_COSTS.filter((cost) => limits[cost] !== undefined || cost === pareto);
}

/**
 * The highest quotient of a cost and its limit. It is at most 1 exactly when all costs are within their limits.
 * @returns 0 without limits
 */
export function usageOf(costs: NetworkCosts, limits: Limits): number {
  const quotients = limitedCosts(limits).map((cost) => {
    const [value, limit] = [costs[cost] ?? Number.POSITIVE_INFINITY, limits[cost] ?? 0];
    return value <= limit ? Math.min(1, value / limit) : Math.max(JUST_ABOVE_1, value / limit);
  });
  return Math.max(0, ...quotients);
}

/**
 * The limits of a search. Whether an architecture is within them depends on the costs of its canonical form alone. Costs
 * that are counted are asked for in batches. Latencies are measured one by one, and only where the counted costs allow.
 */
export class Constraint {
  readonly limits: Limits;
  readonly table: CostTable;
  /** The limits of counted costs alone. */
  readonly #counted: Limits;

  constructor(limits: Limits, table: CostTable) {
    this.limits = limits;
    this.table = table;
    this.#counted = Object.fromEntries(COUNTED_COSTS.flatMap((cost) => (limits[cost] ? [[cost, limits[cost]]] : [])));
  }

  get space(): Space {
    return this.table.space;
  }

  /** The same without limits that take measurements. */
  get counted(): Constraint {
    return this.measures ? new Constraint(this.#counted, this.table) : this;
  }

  /** Whether deciding takes measurements. */
  get measures(): boolean {
    return this.limits.latency !== undefined;
  }

  /** The usage of the limits of counted costs by each architecture; see {@link usageOf}. */
  async countedUsage(encodings: readonly Encoding[]): Promise<number[]> {
    if (limitedCosts(this.#counted).length === 0) return encodings.map(() => 0);
    const all = await this.table.costsOf(encodings, COUNTED_COSTS);
    return all.map((costs) => usageOf(costs, this.#counted));
  }

  /** The usage of all limits by one architecture; of the counted costs alone when these are over their limits. */
  async usage(encoding: Encoding): Promise<number> {
    const [counted = 0] = await this.countedUsage([encoding]);
    if (counted > 1 || !this.measures) return counted;
    const [costs = {}] = await this.table.costsOf([encoding], ['latency']);
    return Math.max(counted, usageOf(costs, { latency: this.limits.latency ?? 0 }));
  }

  /** Whether the architecture is within all limits. */
  async admits(encoding: Encoding): Promise<boolean> {
    return (await this.usage(encoding)) <= 1;
  }

  /** Millions of multiply-adds of each architecture: a hint at its latency. */
  async flopsOf(encodings: readonly Encoding[]): Promise<number[]> {
    const all = await this.table.costsOf(encodings, COUNTED_COSTS);
    return all.map(({ flops }) => flops ?? Number.POSITIVE_INFINITY);
  }
}
