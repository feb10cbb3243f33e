/** The last round of a search: the configuration that it has, and the evaluator that scores its finalists. */
import { type Config, planSearch, type SearchPlan } from '../../config/index.js';
import { lanesOf } from '../../config/planning/search-settings.js';
import { UsageError } from '../../errors.js';
import { prepareAlso } from '../../evaluators/prepared-sidecar.js';
import { createScoring } from '../../evaluators/scoring.js';
import type { StartedEvaluation } from '../../evaluators/search-evaluator.js';
import type { Evaluator } from '../../search/evaluator.js';
import type { LastRound } from '../../search/last-round.js';
import type { SearchStore } from './journal.js';
import type { ResolvedSearch } from './plan.js';

/**
 * Checks that the sidecar of the search can score the finalists: it holds the files of the search only.
 * @throws UsageError `invalid-last-round`
 */
export function checkLastRound(config: Config, { specification }: SearchPlan): void {
  const own = planSearch(config).specification;
  const kept = ['space', 'dataset', 'teacher'] as const;
  const changed = kept.find((field) => JSON.stringify(own[field]) !== JSON.stringify(specification[field]));
  // The profile decides the mode of the teacher, which has the same files.
  if (changed === undefined || (changed === 'teacher' && sameTeacher(own, specification))) return;
  const name = changed === 'dataset' ? 'data set' : changed;
  throw new UsageError(`RMINAS.FINALISTS_KEYS changes the ${name} of the search.`, {
    code: 'invalid-last-round',
    nextSteps: [
      `Leave out the keys of the ${name}.`,
      'Or score the finalists after the search: rminas score --cfg OTHER --from RUN --best N',
    ],
  });
}

type Specification = SearchPlan['specification'];

function sameTeacher(
  { teacher: { mode: _, ...one } }: Specification,
  { teacher: { mode: __, ...other } }: Specification,
) {
  return JSON.stringify(one) === JSON.stringify(other);
}

export interface LastRoundOptions {
  readonly run: ResolvedSearch;
  readonly started: StartedEvaluation;
  readonly store: SearchStore;
  readonly cacheLimit: number;
  readonly signal: AbortSignal;
}

/** The last round of a search; undefined for a search without one. Its batch is prepared when the first finalist is scored. */
export function openLastRound(options: LastRoundOptions): LastRound | undefined {
  const { run, started } = options;
  const { lastRound: config, plan, workers } = run;
  if (config === null || !('prepared' in started)) return undefined;
  const { finalists: count, parts, stack } = plan.settings;
  const capacity = lanesOf({ workers, stack });
  const { settings } = planSearch(config);
  let scoring: Promise<Evaluator> | undefined;
  return {
    ...{ count, parts, seed: settings.seed },
    evaluator: {
      capacity,
      evaluate: async (request) => {
        scoring ??= prepareScoring(config, started, capacity, options);
        return (await scoring).evaluate(request);
      },
    },
  };
}

async function prepareScoring(
  config: Config,
  { sidecar }: Extract<StartedEvaluation, { prepared: unknown }>,
  capacity: number,
  { run, store, cacheLimit, signal }: LastRoundOptions,
): Promise<Evaluator> {
  const notify = (text: string) => store.notify(text);
  notify(`Last round: the ${run.plan.settings.finalists} best-ranked architectures are scored again.`);
  const plan = planSearch(config);
  const onPrepared = () => {};
  const prepared = await prepareAlso(sidecar, { config, plan, data: run.data, signal, notify, onPrepared });
  return createScoring({ prepared, capacity, cacheLimit, notify, signal });
}
