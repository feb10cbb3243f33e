/** The costs of networks that the answers of recorded searches depend on. */
import { cacheLimit } from '../../evaluators/caching.js';
import { createSidecarCosts } from '../../evaluators/costs.js';
import { resolvePlan, startWithoutBatch } from '../../evaluators/prepared-sidecar.js';
import type { Sidecar } from '../../sidecar/client.js';
import { Constraint, limitedCosts } from '../../strategies/limits/constraint.js';
import { CostTable } from '../../strategies/limits/costs.js';
import type { JobOptions } from '../job.js';
import type { SearchLine } from '../search/journal.js';
import type { PlannedSearch } from '../search/plan.js';
import type { CacheOptions } from '../search/search.js';

export interface ReplayCostsOptions extends Pick<JobOptions, 'python'>, CacheOptions {
  readonly signal: AbortSignal;
}

/**
 * The limits of recorded searches. The answer to a part of a history may be a network that the search never looked at. Its
 * costs are found by a sidecar, which is started when one is needed.
 */
export class ReplayCosts {
  readonly #options: ReplayCostsOptions;
  /** By the plugins that they have loaded. */
  readonly #sidecars = new Map<string, Promise<Sidecar>>();

  constructor(options: ReplayCostsOptions) {
    this.#options = options;
  }

  /** The limits of a search; undefined without limits. */
  constraintOf(run: PlannedSearch, lines: readonly SearchLine[]): Constraint | undefined {
    const { settings, definitions } = run.plan;
    if (limitedCosts(settings.limits).length === 0) return undefined;
    const { cache = true, signal } = this.#options;
    const limit = cache ? cacheLimit() : 0;
    const table = new CostTable({
      space: definitions.space.space,
      recorded: lines.flatMap(({ entry }) => (entry.type === 'costs' ? entry.found : [])),
      find: async (genotypes, costs) => {
        const started = { sidecar: await this.#sidecarFor(run), resolved: resolvePlan(run.config, null) };
        return createSidecarCosts(started, { cacheLimit: limit, notify: () => {}, signal })(genotypes, costs);
      },
    });
    return new Constraint(settings.limits, table);
  }

  async close(): Promise<void> {
    const started = await Promise.allSettled(this.#sidecars.values());
    await Promise.all(started.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
  }

  #sidecarFor(run: PlannedSearch): Promise<Sidecar> {
    const key = JSON.stringify(run.config.plugins);
    const known = this.#sidecars.get(key) ?? this.#start(run);
    this.#sidecars.set(key, known);
    return known;
  }

  async #start({ config, plan, data }: PlannedSearch): Promise<Sidecar> {
    const { python, signal } = this.#options;
    const silent = { notify: () => {}, onPrepared: () => {} };
    const started = await startWithoutBatch({ config, plan, data, python, signal, workers: 1, ...silent }, 1);
    return started.sidecar;
  }
}
