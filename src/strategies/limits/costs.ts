/** The costs of networks, and what a search knows of them. */
import type { Encoding, Space } from '../../spaces/space.js';

/**
 * `params`: trainable parameters. `flops`: millions of multiply-adds for one image, as the proxy `flops` counts them.
 * `latency`: milliseconds of an inference.
 */
export const NETWORK_COSTS = ['params', 'flops', 'latency'] as const;
export type NetworkCost = (typeof NETWORK_COSTS)[number];

/** The costs that follow from the architecture alone, and are quick to count. */
export const COUNTED_COSTS = ['params', 'flops'] as const satisfies readonly NetworkCost[];

/** Costs of one network. A cost that is null could not be found: it is above every limit. */
export type NetworkCosts = Readonly<Partial<Record<NetworkCost, number | null | undefined>>>;

/**
 * Finds costs of networks.
 * @param genotypes canonical, each once; at least one
 * @param costs the costs wanted; at least one
 * @returns the wanted costs of each network, in order
 */
export type FindCosts = (
  genotypes: readonly string[],
  costs: readonly NetworkCost[],
) => Promise<readonly NetworkCosts[]>;

/** Costs of one canonical genotype, as a journal keeps them. */
export interface RecordedCosts {
  readonly genotype: string;
  readonly costs: NetworkCosts;
}

export interface CostTableOptions {
  readonly space: Space;
  readonly find: FindCosts;
  /** Costs that the run has found already; they are not asked for again. */
  readonly recorded?: Iterable<RecordedCosts> | undefined;
  /** Told the costs that were found, before anything depends on them. */
  readonly onFound?: ((found: readonly RecordedCosts[]) => void) | undefined;
}

/** Genotypes in one request. */
const MOST_IN_A_REQUEST = 1024;

/**
 * The costs of a run, by canonical form. Each cost is found once, so that a measured one never changes within a run.
 * Everything that follows from the table is a function of the architectures and of these costs.
 */
export class CostTable {
  readonly space: Space;
  readonly #find: FindCosts;
  readonly #onFound: (found: readonly RecordedCosts[]) => void;
  readonly #known = new Map<string, NetworkCosts>();

  constructor({ space, find, recorded = [], onFound = () => {} }: CostTableOptions) {
    this.space = space;
    this.#find = find;
    this.#onFound = onFound;
    for (const { genotype, costs } of recorded) this.#add(genotype, costs);
  }

  /** The wanted costs of each architecture, in order. */
  async costsOf(encodings: readonly Encoding[], costs: readonly NetworkCost[]): Promise<NetworkCosts[]> {
    const canonicals = encodings.map((encoding) => this.space.print(this.space.canonical(encoding)));
    const missing = [...new Set(canonicals)].filter((canonical) => costs.some((cost) => !this.#has(canonical, cost)));
    for (let at = 0; at < missing.length; at += MOST_IN_A_REQUEST) {
      await this.#ask(missing.slice(at, at + MOST_IN_A_REQUEST), costs);
    }
    return canonicals.map((canonical) => this.#known.get(canonical) ?? {});
  }

  async #ask(genotypes: readonly string[], costs: readonly NetworkCost[]): Promise<void> {
    const found = await this.#find(genotypes, costs);
    const added = genotypes.map((genotype, index): RecordedCosts => {
      const missing = costs.filter((cost) => !this.#has(genotype, cost));
      return { genotype, costs: Object.fromEntries(missing.map((cost) => [cost, found[index]?.[cost] ?? null])) };
    });
    this.#onFound(added);
    for (const one of added) this.#add(one.genotype, one.costs);
  }

  #has(canonical: string, cost: NetworkCost): boolean {
    return this.#known.get(canonical)?.[cost] !== undefined;
  }

  /** The first value of a cost stays. */
  #add(canonical: string, costs: NetworkCosts): void {
    this.#known.set(canonical, { ...costs, ...this.#known.get(canonical) });
  }
}
