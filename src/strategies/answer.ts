import { UsageError } from '../errors.js';
import type { Space } from '../spaces/space.js';
import type { ForestSettings } from './forest-settings.js';
import type { Answer, Observation } from './strategy.js';

/** Those with a finite loss, best first; of equal losses the one proposed first is the better. */
function rankedOf(history: readonly Observation[]): Observation[] {
  return history.filter(({ loss }) => Number.isFinite(loss)).sort((a, b) => a.loss - b.loss);
}

/**
 * The architecture of lowest loss.
 * @throws UsageError when no loss is finite.
 */
export function bestAnswer(history: readonly Observation[]): Answer {
  const ranked = rankedOf(history);
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
  const note =
    ranked.length === 1 ? 'The only architecture with a finite loss.' : `The best of ${history.length} architectures.`;
  return { encoding: best.encoding, voters: [best], note };
}

/**
 * The vote of the best good architectures; without a threshold nothing is good, and the best single one is it.
 * @throws UsageError when no loss is finite.
 */
export function votedAnswer(
  history: readonly Observation[],
  threshold: number | null,
  { space, settings }: { space: Space; settings: Pick<ForestSettings, 'vote' | 'edgeRank' | 'voters'> },
): Answer {
  if (threshold === null) return bestAnswer(history);
  const good = rankedOf(history).filter(({ loss }) => loss < threshold);
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
