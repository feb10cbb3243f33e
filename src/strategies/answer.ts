import { UsageError } from '../errors.js';
import type { Space } from '../spaces/space.js';
import type { ForestSettings } from './forest-settings.js';
import type { Answer, Observation } from './strategy.js';

/**
 * The vote of the best good architectures; without a threshold nothing is good, and the best single one is it.
 * Of equal losses the one proposed first is the better.
 * @throws UsageError when no loss is finite.
 */
export function answerOf(
  history: readonly Observation[],
  threshold: number | null,
  { space, settings }: { space: Space; settings: Pick<ForestSettings, 'vote' | 'edgeRank' | 'voters'> },
): Answer {
  const ranked = history.filter(({ loss }) => Number.isFinite(loss)).sort((a, b) => a.loss - b.loss);
  const best = ranked[0];
  if (best === undefined) {
    throw new UsageError(`None of the ${history.length} architectures evaluated has a finite loss.`, {
      code: 'no-finite-loss',
      nextSteps: [
        'Lower the learning rate (OPTIM.BASE_LR).',
        'Look into the log for the reasons of failed evaluations.',
      ],
    });
  }
  if (threshold === null) {
    return { encoding: best.encoding, voters: [best], note: 'The only architecture with a finite loss.' };
  }
  const good = ranked.filter(({ loss }) => loss < threshold);
  const voters = good.slice(0, settings.voters);
  const encoding = space.vote(
    voters.map((voter) => voter.encoding),
    { method: settings.vote, edgeRank: settings.edgeRank },
  );
  return {
    encoding,
    voters,
    note: `The ${settings.vote} vote of the best ${voters.length} of ${good.length} good ones.`,
  };
}
