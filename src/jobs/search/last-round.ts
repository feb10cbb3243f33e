/** The evaluator that scores the finalists of a search. */
import { type Config, planSearch, type SearchPlan } from '../../config/index.js';
import { lanesOf } from '../../config/planning/search-settings.js';
import { prepareAlso } from '../../evaluators/prepared-sidecar.js';
import { createScoring } from '../../evaluators/scoring.js';
import type { StartedEvaluation } from '../../evaluators/search-evaluator.js';
import type { Evaluator } from '../../search/evaluator.js';
import type { LastRound } from '../../search/last-round.js';
import { counted } from '../../system/units.js';
import type { SearchStore } from './journal.js';
import type { ResolvedSearch } from './plan.js';

export interface LastRoundOptions {
  readonly run: ResolvedSearch;
  readonly started: StartedEvaluation;
  readonly store: SearchStore;
  readonly cacheLimit: number;
  readonly signal: AbortSignal;
}

/** The last round of a search; undefined for a search without one. Its batch is prepared when the first finalist is scored. */
export function openLastRound(options: LastRoundOptions): LastRound | undefined {
  const { run, started, store } = options;
  const { lastRound: config, plan, workers } = run;
  if (config === null || !('prepared' in started)) return undefined;
  const { finalists: count, parts, stack } = plan.settings;
  const capacity = lanesOf({ workers, stack });
  const lastPlan = planSearch(config);
  let scoring: Promise<Evaluator> | undefined;
  return {
    ...{ count, parts, seed: lastPlan.settings.seed },
    onBegun: (architectures) =>
      store.notify(`The last round scores ${counted(architectures, 'best-ranked architecture')} again.`),
    evaluator: {
      capacity,
      evaluate: async (request) => {
        scoring ??= prepareScoring({ config, plan: lastPlan }, started, capacity, options);
        return (await scoring).evaluate(request);
      },
    },
  };
}

async function prepareScoring(
  planned: { readonly config: Config; readonly plan: SearchPlan },
  { sidecar }: Extract<StartedEvaluation, { prepared: unknown }>,
  capacity: number,
  { run, store, cacheLimit, signal }: LastRoundOptions,
): Promise<Evaluator> {
  const notify = (text: string) => store.notify(text);
  const onPrepared = () => {};
  const prepared = await prepareAlso(sidecar, { ...planned, data: run.data, signal, notify, onPrepared });
  return createScoring({ prepared, capacity, cacheLimit, notify, signal });
}
