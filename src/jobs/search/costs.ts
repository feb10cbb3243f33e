/** The costs of networks in a search, and the limits on them. */

import { UsageError } from '../../errors.js';
import { createCustomCosts, createSidecarCosts } from '../../evaluators/costs.js';
import type { StartedEvaluation } from '../../evaluators/search-evaluator.js';
import { Constraint, limitedCosts, neededCosts } from '../../strategies/limits/constraint.js';
import { CostTable, type FindCosts, NETWORK_COSTS, type RecordedCosts } from '../../strategies/limits/costs.js';
import { checkFeasible } from '../../strategies/limits/feasible.js';
import { describeLimits } from '../../strategies/limits/words.js';
import type { SearchEntry, SearchLine, SearchStore } from './journal.js';
import type { ResolvedSearch } from './plan.js';

export interface SearchCostsOptions {
  readonly run: ResolvedSearch;
  readonly started: StartedEvaluation;
  readonly store: SearchStore;
  /** Bytes that the cache of all runs may take; 0 for no cache. */
  readonly cacheLimit: number;
  readonly signal: AbortSignal;
}

/** The costs that a search has found, and its limits. */
export class SearchCosts {
  readonly table: CostTable;
  /** Undefined without limits. */
  readonly constraint: Constraint | undefined;
  readonly #store: SearchStore;
  readonly #keep: (found: RecordedCosts) => RecordedCosts;
  /** Found before the journal was begun. */
  #waiting: RecordedCosts[] | undefined = [];

  constructor(find: FindCosts, { run, store }: Pick<SearchCostsOptions, 'run' | 'store'>) {
    const { settings, definitions } = run.plan;
    this.#store = store;
    this.#keep = run.custom.evaluator === undefined ? measuredOnly : (found) => found;
    const recorded = store.lines.flatMap(({ entry }) => (entry.type === 'costs' ? entry.found : []));
    this.table = new CostTable({
      space: definitions.space.space,
      find,
      recorded,
      onFound: (found) => this.#record(found),
    });
    const isLimited = limitedCosts(settings.limits).length > 0;
    this.constraint = isLimited ? new Constraint(settings.limits, this.table) : undefined;
  }

  /** Checks that a new search can begin. @throws UsageError `infeasible-limits` */
  async check({ plan }: ResolvedSearch): Promise<void> {
    if (this.constraint === undefined || this.#store.lines.some(({ entry }) => entry.type === 'proposed')) return;
    await checkFeasible(this.constraint, plan.settings.seed);
  }

  /** Journals what was found before the journal was begun. */
  begin(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    if (waiting.length > 0) this.#record(waiting);
    if (this.constraint)
      this.#store.notify(`The search is within its limits: ${describeLimits(this.constraint.limits)}.`);
  }

  #record(found: readonly RecordedCosts[]): void {
    const kept = found.map(this.#keep).filter(({ costs }) => Object.keys(costs).length > 0);
    if (kept.length === 0) return;
    if (this.#waiting) this.#waiting.push(...kept);
    else this.#store.write({ type: 'costs', found: kept } as SearchEntry);
  }
}

/** Costs that the sidecar counts are the same each time; measured ones are not. */
function measuredOnly({ genotype, costs }: RecordedCosts): RecordedCosts {
  return { genotype, costs: costs.latency === undefined ? {} : { latency: costs.latency } };
}

/**
 * Opens the costs of a search that needs them, for limits, a Pareto front or its strategy; undefined for other searches.
 * @throws UsageError `no-costs` for an evaluator of a script that has none
 */
export function openCosts(options: SearchCostsOptions): SearchCosts | undefined {
  const { run, started, store, cacheLimit, signal } = options;
  const { settings, definitions } = run.plan;
  const needed = [...new Set([...neededCosts(settings), ...(definitions.strategy.costs ?? [])])];
  if (needed.length === 0) return undefined;
  const { evaluator } = run.custom;
  if (evaluator !== undefined) {
    const find = createCustomCosts(evaluator, needed);
    if (find === undefined) throw withoutCosts(evaluator.name ?? 'unnamed');
    return new SearchCosts(find, options);
  }
  const { sidecar, resolved } = started;
  if (needed.includes('latency')) checkSameDevice(store.lines, sidecar?.hello.device ?? '');
  if (sidecar === null) throw new Error('A search without an evaluator of its own has a sidecar.');
  const notify = (text: string) => store.notify(text);
  return new SearchCosts(createSidecarCosts({ sidecar, resolved }, { cacheLimit, notify, signal }), options);
}

/**
 * Latencies of two devices cannot be compared, so a search that needs them goes on where it began.
 * @throws UsageError `changed-device`
 */
export function checkSameDevice(lines: readonly Pick<SearchLine, 'entry'>[], device: string): void {
  for (const { entry } of lines) {
    if (entry.type !== 'session' || entry.device === device) continue;
    throw new UsageError(`The run measured latencies on ${entry.device}, and the device is now ${device}.`, {
      code: 'changed-device',
      nextSteps: ['Resume it on the machine and device that it began on, or start a new run.'],
    });
  }
}

function withoutCosts(name: string): UsageError {
  return new UsageError(`The evaluator ${name} has no costs(), which limits and a Pareto front need.`, {
    code: 'no-costs',
    nextSteps: [
      `Give it a method costs(genotypes, costs) that returns ${NETWORK_COSTS.join(', ')} of each network.`,
      'Or leave out the limits and RMINAS.PARETO.',
    ],
  });
}
