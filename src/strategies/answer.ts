import { UsageError } from '../errors.js';
import type { Encoding, Space, VoteRules } from '../spaces/space.js';
import { firstIndex } from '../statistics/sorted.js';
import type { Observation, SearchAnswer } from './strategy.js';

/** The observation with the lower loss; the first one when both are equal. */
export function lowerLoss(one: Observation, other: Observation): Observation {
  return other.loss < one.loss ? other : one;
}

/** The observation with the lowest loss, the first of equal ones; undefined for an empty list. */
export function lowestLoss(observations: readonly Observation[]): Observation | undefined {
  const [first, ...others] = observations;
  return first && others.reduce(lowerLoss, first);
}

/** Observations with a finite loss, best first; equal losses stay in the order of the history. */
export function rankedOf(history: readonly Observation[]): Observation[] {
  return history.filter(({ loss }) => Number.isFinite(loss)).sort((a, b) => a.loss - b.loss);
}

/** The first `count` of {@link rankedOf}, without sorting the others. */
export function bestOf(history: readonly Observation[], count: number): Observation[] {
  const best: Observation[] = [];
  for (const one of history) {
    if (!Number.isFinite(one.loss)) continue;
    if (best.length === count && !(one.loss < (best[count - 1] as Observation).loss)) continue;
    best.splice(
      firstIndex(best, ({ loss }) => loss > one.loss),
      0,
      one,
    );
    if (best.length > count) best.pop();
  }
  return best;
}

/**
 * Answers with the architecture of the lowest loss.
 * @throws UsageError when no loss is finite
 */
export function bestAnswer(history: readonly Observation[]): SearchAnswer {
  const ranked = rankedOf(history);
  const best = ranked[0];
  if (best === undefined) {
    throw new UsageError(`None of the ${history.length} evaluated architectures has a finite loss.`, {
      code: 'no-finite-loss',
      nextSteps: ['Lower the learning rate (OPTIM.BASE_LR).', 'Read in the log why evaluations failed.'],
    });
  }
  const note =
    ranked.length === 1 ? 'The only architecture with a finite loss.' : `The best of ${history.length} architectures.`;
  return { encoding: best.encoding, voters: [best], note };
}

export interface VotingOptions {
  readonly space: Space;
  readonly rules: VoteRules;
  /** Most architectures that vote; at least 1. */
  readonly voters: number;
  /** Whether the best of n voters has n votes, the second n − 1, and so on. By default each has one. */
  readonly weighted?: boolean | undefined;
}

/**
 * Answers with the vote of the best good architectures. Without a threshold no architecture is good, and the best
 * single one is the answer.
 * @throws UsageError when no loss is finite
 */
export function votedAnswer(
  history: readonly Observation[],
  threshold: number | null,
  { space, rules, voters: most, weighted = false }: VotingOptions,
): SearchAnswer {
  if (threshold === null) return bestAnswer(history);
  const good = rankedOf(history).filter(({ loss }) => loss < threshold);
  const voters = good.slice(0, most);
  const ballots = voters.flatMap(({ encoding }, place) =>
    new Array<Encoding>(weighted ? voters.length - place : 1).fill(encoding),
  );
  const votes = `${weighted ? 'rank-weighted ' : ''}${rules.method} vote`;
  return {
    encoding: space.vote(ballots, rules),
    voters,
    note: `The ${votes} of the best ${voters.length} of ${good.length} good ones.`,
  };
}
