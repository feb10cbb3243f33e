/** The plan of the retraining that follows a search, to refuse its keys before the search begins. */
import { type Config, planRetraining, repr, type SearchPlan, textLiteral } from '../../config/index.js';
import type { FollowUp } from '../../definitions/follow-up.js';
import { createRandom } from '../../random/random.js';

/** Keys of the search by which the retraining finds the same space and data set. */
const SHARED = ['SPACE.NAME', 'LOADER.DATASET', 'RMINAS.PLUGINS'] as const;

/**
 * @param load loads the file of the search with these pairs
 * @throws UsageError as {@link planRetraining}, for keys with which no answer of the search could be retrained
 */
export async function checkFollowUp(
  { settings }: Config,
  { definitions: { space } }: SearchPlan,
  followUp: FollowUp | undefined,
  load: (pairs: readonly string[]) => Promise<Config>,
): Promise<void> {
  if (!followUp?.steps.includes('retrain')) return;
  const shared = SHARED.flatMap((key) => {
    const setting = settings.get(key);
    return setting === undefined ? [] : [key, repr(setting.value)];
  });
  const any = space.space.print(space.space.sample(createRandom(0, 'follow-up', 0)));
  planRetraining(await load([...shared, 'TRAIN.GENOTYPE', textLiteral(any), ...followUp.keys]));
}
