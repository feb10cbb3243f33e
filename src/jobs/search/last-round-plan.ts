/** The configuration of the last round of a search. */
import { type Config, planSearch, type SearchPlan } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import { counted } from '../../system/units.js';
import type { CustomObjects } from './custom.js';

/** Loads the configuration of the last round; null for a search without one, or without trainings. */
export async function planLastRound(
  plan: SearchPlan,
  { evaluator }: Pick<CustomObjects, 'evaluator'>,
  load: (words: readonly string[]) => Promise<Config>,
): Promise<Config | null> {
  const { finalists, finalistsKeys, objective } = plan.settings;
  if (finalists === 0 || evaluator !== undefined || objective.kind === 'benchmark') return null;
  checkPairs(finalistsKeys);
  const config = await load(finalistsKeys);
  checkLastRound(config, plan);
  return config;
}

function checkPairs(words: readonly string[]): void {
  if (words.length % 2 === 0) return;
  throw new UsageError(`RMINAS.FINALISTS_KEYS has ${counted(words.length, 'word')}: '${words.join(' ')}'.`, {
    code: 'invalid-last-round',
    nextSteps: ['Give each key its value: RMINAS.FINALISTS_KEYS "OPTIM.MAX_EPOCH 100 RMINAS.CHANNELS 16"'],
  });
}

/** A message when the finalists cannot be scored. */
export function unusedFinalists({ settings }: SearchPlan, lastRound: Config | null): string[] {
  if (settings.finalists === 0 || lastRound !== null) return [];
  return ['RMINAS.FINALISTS has no effect: this search trains nothing, so it cannot score its finalists again.'];
}

/**
 * Checks that the sidecar of the search can score the finalists: it holds the files of the search only.
 * @throws UsageError `invalid-last-round`
 */
function checkLastRound(config: Config, { specification }: SearchPlan): void {
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
