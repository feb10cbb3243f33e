import type { StartedEvaluation } from '../../evaluators/search-evaluator.js';
import { findImportances } from '../../evaluators/surrogate.js';
import type { Objective } from '../../objectives/index.js';
import type { Space } from '../../spaces/space.js';
import type { Strategy } from '../../strategies/strategy.js';
import type { SearchStore } from './journal.js';
import type { ResolvedSearch } from './plan.js';
import type { SearchRecord } from './record.js';

export interface ImportanceOptions {
  readonly run: ResolvedSearch;
  readonly started: StartedEvaluation;
  readonly store: SearchStore;
  /** Of the whole search. */
  readonly record: SearchRecord;
  readonly space: Space;
  readonly strategy: Strategy;
  readonly objective: Objective;
  readonly signal: AbortSignal;
}

/**
 * How much each slot matters to the forest of the whole search. A resumed search takes them from its journal.
 * @returns a share per slot, 0 to 1; null when there is no forest
 */
export async function forestImportances(options: ImportanceOptions): Promise<readonly number[] | null> {
  const { run, started, store, record, space, strategy, objective, signal } = options;
  for (const { entry } of store.lines) if (entry.type === 'importances') return entry.slots;
  if (started.sidecar === null) return null;
  const history = objective
    .score(record.observed)
    .map(({ phase, genotype, loss }) => ({ phase, encoding: space.parse(genotype), loss }));
  const request = strategy.lastFit?.(history) ?? null;
  if (request === null) return null;
  const { specification } = run.plan;
  const slots = await findImportances({ sidecar: started.sidecar, specification, signal }, request);
  if (slots !== null) store.write({ type: 'importances', slots });
  return slots;
}
