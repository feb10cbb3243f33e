/** The best evaluated architecture by its ranks among everything that was evaluated. */
import { bestAnswer } from '../answer.js';
import type { Observation, SearchAnswer } from '../strategy.js';
import { type ObjectivePart, rankTargets } from './target.js';

/**
 * Answers with the evaluated architecture of the lowest sum of ranks; the first of equal ones. An aggregate's loss ranks
 * against the warm-up alone, so all architectures that beat the warm-up have nearly the same loss. Ranks among all
 * evaluated architectures tell them apart.
 * @param parts of the objective; without any, the answer is that of the lowest loss
 * @throws UsageError when no loss is finite
 */
export function bestRankedAnswer(history: readonly Observation[], parts: readonly ObjectivePart[]): SearchAnswer {
  const { note } = bestAnswer(history);
  const targets = rankTargets(history, parts);
  const ranked = history
    .map((observation, index) => ({ observation, target: targets[index] as number }))
    .filter(({ observation }) => Number.isFinite(observation.loss))
    .sort((a, b) => a.target - b.target)
    .map(({ observation }) => observation);
  const best = ranked[0] as Observation;
  return { encoding: best.encoding, voters: [best], note: `${note} Ranked among all of them.` };
}
