/** The sidecar of a simulation: it grows forests and counts the costs of networks, and trains nothing. */
import { createSidecarCosts } from '../../evaluators/costs.js';
import { resolvePlan, startWithoutBatch } from '../../evaluators/prepared-sidecar.js';
import { createSidecarSurrogate } from '../../evaluators/surrogate.js';
import type { Sidecar } from '../../sidecar/client.js';
import type { Space } from '../../spaces/space.js';
import { CostTable, type FindCosts } from '../../strategies/limits/costs.js';
import type { Surrogate } from '../../strategies/strategy.js';
import type { PlannedVariant } from './plan.js';

export interface SimulationSidecarOptions {
  /** The variant whose network is counted. All variants of a simulation have the same one. */
  readonly variant: PlannedVariant;
  readonly python: string | undefined;
  readonly signal: AbortSignal;
  readonly notify: (text: string) => void;
}

/** Starts a sidecar when one is needed for the first time. */
export class SimulationSidecar {
  readonly #options: SimulationSidecarOptions;
  #forests: Promise<Sidecar> | undefined;
  #networks: Promise<Sidecar> | undefined;

  constructor(options: SimulationSidecarOptions) {
    this.#options = options;
  }

  surrogateOf({ plan }: PlannedVariant): Surrogate {
    const { signal } = this.#options;
    return async (request) => {
      this.#forests ??= this.#start(0);
      const sidecar = await this.#forests;
      return createSidecarSurrogate({ sidecar, specification: plan.specification, signal })(request);
    };
  }

  /** Counts the parameters and FLOPs of networks. All searches share what was counted. */
  costsOf(space: Space): FindCosts {
    const { variant, notify, signal } = this.#options;
    const table = new CostTable({
      space,
      find: async (genotypes, costs) => {
        this.#networks ??= this.#start(1);
        const started = { sidecar: await this.#networks, resolved: resolvePlan(variant.config, null) };
        return createSidecarCosts(started, { cacheLimit: 0, notify, signal })(genotypes, costs);
      },
    });
    return (genotypes, costs) =>
      table.costsOf(
        genotypes.map((genotype) => space.parse(genotype)),
        costs,
      );
  }

  async close(): Promise<void> {
    const started = await Promise.allSettled([this.#forests, this.#networks]);
    await Promise.all(started.map((one) => (one.status === 'fulfilled' ? one.value?.close() : undefined)));
  }

  /** @param workers none for forests; one counts networks */
  async #start(workers: number): Promise<Sidecar> {
    const { variant, python, signal, notify } = this.#options;
    const { config, plan } = variant;
    const options = { config, plan, signal, python, notify, data: null, workers, onPrepared: () => {} };
    return (await startWithoutBatch(options, workers)).sidecar;
  }
}
