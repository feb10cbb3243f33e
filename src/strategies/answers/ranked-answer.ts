/** The best evaluated architecture by its ranks among everything that was evaluated. */
import { bestAnswer } from '../answer.js';
import type { Observation, SearchAnswer } from '../strategy.js';
import { type ObjectivePart, placesByTarget } from './target.js';

/**
 * Answers with the evaluated architecture of the lowest sum of ranks; the first of equal ones. An aggregate's loss ranks
 * against the warm-up alone, so all architectures that beat the warm-up have nearly the same loss. Ranks among all
 * evaluated architectures tell them apart.
 * @param parts of the objective; without any, the answer is that of the lowest loss
 * @throws UsageError when no loss is finite
 */
export function bestRankedAnswer(history: readonly Observation[], parts: readonly ObjectivePart[]): SearchAnswer {
  const { note } = bestAnswer(history);
  const best = history[placesByTarget(history, parts)[0] as number] as Observation;
  return { encoding: best.encoding, voters: [best], note: `${note} Ranked among all of them.` };
}
