/** Measures the trainings of the last round of a planned search, on the sidecar of the search. */
import { planSearch } from '../../config/index.js';
import { lanesOf } from '../../config/planning/search-settings.js';
import { prepareAlso, type StartedSidecar } from '../../evaluators/prepared-sidecar.js';
import { createScoring } from '../../evaluators/scoring.js';
import type { PlannedSearch } from '../search/plan.js';
import { paceOfProbes, type RoundPace } from './estimate.js';
import { type CountedArchitecture, measureTrainings } from './measure.js';

export interface LastRoundMeasuring {
  /** Counts the multiply-adds of a few architectures in the networks of a specification. */
  readonly count: (started: StartedSidecar) => Promise<readonly CountedArchitecture[]>;
  /** Seconds that the longer trainings may take together. */
  readonly budget: number;
  readonly signal: AbortSignal;
}

/** @returns undefined for a search without a last round, or when no training succeeded */
export async function measureLastRound(
  { lastRound: config, data, workers }: PlannedSearch,
  { sidecar }: StartedSidecar,
  { count, budget, signal }: LastRoundMeasuring,
): Promise<RoundPace | undefined> {
  if (config === null) return undefined;
  const plan = planSearch(config);
  const [notify, onPrepared] = [() => {}, () => {}];
  const prepared = await prepareAlso(sidecar, { config, plan, data, signal, notify, onPrepared });
  const { specification, settings } = prepared.resolved.plan;
  const counted = await count(prepared);
  const capacity = lanesOf({ workers, stack: settings.stack });
  const { probes } = await measureTrainings({
    createEvaluator: () => createScoring({ prepared, capacity, cacheLimit: 0, notify, signal }),
    ...{ counted, workers, budget, seed: settings.seed, steps: specification.steps, pid: sidecar.hello.pid },
  });
  return probes.length === 0 ? undefined : { pace: paceOfProbes(probes), counted, steps: specification.steps };
}
