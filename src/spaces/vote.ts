import { UsageError } from '../errors.js';
import type { Encoding, Space, VoteMethod } from './space.js';

/** The lowest of the categories with the most votes. @param among the categories to choose from; by default all */
export function firstHighest(
  votes: readonly number[],
  among: readonly number[] = votes.map((_, category) => category),
): number {
  return among.reduce((best, category) => ((votes[category] ?? 0) > (votes[best] ?? 0) ? category : best));
}

/** How many voters have each category in a slot. */
export function countVotes(voters: readonly Encoding[], slot: number, categories: number): number[] {
  const votes = new Array<number>(categories).fill(0);
  for (const voter of voters) {
    const category = voter[slot];
    if (category !== undefined) votes[category] = (votes[category] ?? 0) + 1;
  }
  return votes;
}

/** The most common category of each slot; ties go to the lowest. Source: `RF_suggest.optimal_arch`, method `sum`. */
function sumVote(slots: readonly number[], voters: readonly Encoding[]): Encoding {
  return slots.map((categories, slot) => firstHighest(countVotes(voters, slot, categories)));
}

/**
 * The most common category of each slot among the voters that agree with the choice for the slot before. Of tied
 * categories the one with the most votes among all voters wins. Remaining ties, and ties in the last slot, go to the
 * lowest category. Source: `RF_suggest.optimal_arch`, method `greedy`. Its look-ahead sums the pairs of this slot and
 * the next, which is the same count.
 */
function greedyVote(slots: readonly number[], voters: readonly Encoding[]): Encoding {
  const path: number[] = [];
  for (const [slot, categories] of slots.entries()) {
    const agreeing = slot === 0 ? voters : voters.filter((voter) => voter[slot - 1] === path[slot - 1]);
    const votes = countVotes(agreeing, slot, categories);
    const most = Math.max(...votes);
    const tied = votes.flatMap((count, category) => (count === most ? [category] : []));
    const looksAhead = slot < slots.length - 1;
    path.push(looksAhead ? firstHighest(countVotes(voters, slot, categories), tied) : firstHighest(votes));
  }
  return path;
}

/** @throws UsageError when the space does not support the method. */
export function checkVoteMethod({ name, voteMethods }: Pick<Space, 'name' | 'voteMethods'>, method: VoteMethod): void {
  if (voteMethods.includes(method)) return;
  throw new UsageError(`The space ${name} has no ${method} vote.`, {
    code: 'unsupported-vote',
    nextSteps: [`Set RMINAS.VOTE to ${voteMethods.join(' or ')}.`],
  });
}

/** @throws UsageError when the space does not support the method; RangeError when there are no voters. */
export function checkBallot(
  space: Pick<Space, 'name' | 'voteMethods'>,
  voters: readonly Encoding[],
  method: VoteMethod,
): void {
  checkVoteMethod(space, method);
  if (voters.length === 0) throw new RangeError('A vote needs at least one voter.');
}

/**
 * The encoding that the voters agree on, slot by slot.
 * @param voters at least one
 * @throws UsageError when the space does not support the method; RangeError when there are no voters
 */
export function vote(
  space: Pick<Space, 'name' | 'slots' | 'voteMethods'>,
  voters: readonly Encoding[],
  method: VoteMethod,
): Encoding {
  checkBallot(space, voters, method);
  return method === 'sum' ? sumVote(space.slots, voters) : greedyVote(space.slots, voters);
}
