/** The answer of a search within limits. */
import type { Encoding, Space } from '../spaces/space.js';
import { countVotes } from '../spaces/vote.js';
import { preferredWithin } from '../strategies/answers/within.js';
import { encodingKey } from '../strategies/draw.js';
import type { Constraint } from '../strategies/limits/constraint.js';
import type { Observation, SearchAnswer } from '../strategies/strategy.js';

/** Architectures that are looked at before the voter with the most votes is the answer. */
const MOST_LOOKED_AT = 1000;

/**
 * The answer of a strategy, within the limits and in its canonical form: a network built from it has exactly the costs
 * that were checked. When the answer of a model is over the limits, its best architecture within them is the answer.
 * When the voted architecture is over the limits, the architecture with the most votes within them is the answer. It is sought from the voted one on, by falling votes; in spaces of independent slots it is found exactly.
 */
export async function answerWithin(
  answer: SearchAnswer,
  history: readonly Observation[],
  constraint: Constraint,
): Promise<SearchAnswer> {
  const { space } = constraint;
  if (await constraint.admits(answer.encoding)) return { ...answer, encoding: space.canonical(answer.encoding) };
  if (answer.preference !== undefined) {
    const observed = history.map(({ encoding }) => encoding);
    const [preferred = answer.encoding] = await preferredWithin(answer.preference, observed, constraint, 1);
    const note = `${answer.note} It is over the limits: the answer is the best one within them.`;
    return { ...answer, encoding: space.canonical(preferred), note };
  }
  const voters = answer.voters.map(({ encoding }) => encoding);
  const encoding = await mostVotedWithin(answer.encoding, voters, constraint);
  const note = `${answer.note} It is over the limits: the answer has the most votes within them.`;
  return { ...answer, encoding: space.canonical(encoding), note };
}

interface Voted {
  readonly encoding: Encoding;
  readonly votes: number;
}

async function mostVotedWithin(
  start: Encoding,
  voters: readonly Encoding[],
  constraint: Constraint,
): Promise<Encoding> {
  const { space } = constraint;
  const votesOf = votesFor(voters, space);
  // Voters have been proposed, so they are within the limits.
  const fallback = mostVotes(voters.map((encoding) => ({ encoding, votes: votesOf(encoding) })));
  const starts = [start, space.vote(voters, { method: 'sum', edgeRank: 'votes' })];
  const seen = new Set(starts.map(encodingKey));
  const waiting: Voted[] = starts.map((encoding) => ({ encoding, votes: votesOf(encoding) }));
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += 1) {
    const next = takeMostVoted(waiting);
    if (next === undefined || next.votes < fallback.votes) break;
    if (await constraint.admits(next.encoding)) return next.encoding;
    for (const encoding of space.neighbours(next.encoding)) {
      const votes = votesOf(encoding);
      const key = encodingKey(encoding);
      if (seen.has(key) || votes < fallback.votes) continue;
      seen.add(key);
      waiting.push({ encoding, votes });
    }
  }
  return fallback.encoding;
}

/** The number of voters that agree with an architecture, summed over its slots. */
function votesFor(voters: readonly Encoding[], { slots }: Space): (encoding: Encoding) => number {
  const votes = slots.map((categories, slot) => countVotes(voters, slot, categories));
  return (encoding) => encoding.reduce((sum, category, slot) => sum + (votes[slot]?.[category] ?? 0), 0);
}

/** The first of the architectures with the most votes. */
function mostVotes(all: readonly Voted[]): Voted {
  return all.reduce((most, other) => (other.votes > most.votes ? other : most));
}

/** Removes the first of the architectures with the most votes. */
function takeMostVoted(waiting: Voted[]): Voted | undefined {
  if (waiting.length === 0) return undefined;
  const most = mostVotes(waiting);
  waiting.splice(waiting.indexOf(most), 1);
  return most;
}
