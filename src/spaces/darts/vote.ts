import type { EdgeRank, Encoding } from '../space.js';
import { topTwo } from '../top-two.js';
import { countVotes, firstHighest } from '../vote.js';
import { EDGES, NODES, NONE, OPERATIONS, ofNode, slotOf } from './cell.js';

interface Winner {
  readonly operation: number;
  readonly votes: number;
}

/** The operation with the most votes for an edge; the edge's absence is no candidate. */
function winnerOf(voters: readonly Encoding[], slot: number): Winner {
  const votes = countVotes(voters, slot, NONE + 1).slice(0, OPERATIONS.length);
  const operation = firstHighest(votes);
  return { operation, votes: votes[operation] ?? 0 };
}

/** Sources of the two edges that a node keeps, given the winners of all that it can have. */
const KEEPS: Readonly<Record<EdgeRank, (winners: readonly Winner[]) => number[]>> = {
  'operation-index': (winners) => topTwo(winners.map(({ operation }) => operation)),
  votes: (winners) =>
    [...winners.entries()]
      .sort(([, a], [, b]) => b.votes - a.votes)
      .slice(0, 2)
      .map(([from]) => from),
};

/**
 * The cell that the voters agree on: of each edge the operation with the most votes, and of each node the two edges
 * that rank highest. Ranked by `operation-index` it is the published vote, which compares the numbers of the
 * operations and not their votes: a dilated convolution with one vote beats a pooling with fifty, and an edge without
 * any vote counts as `max_pool_3x3`. Source: `RF_suggest.optimal_arch` for `darts`.
 * @param voters at least one.
 */
export function voteCell(voters: readonly Encoding[], edgeRank: EdgeRank): Encoding {
  const winners = EDGES.map((_, slot) => winnerOf(voters, slot));
  const kept = new Set(NODES.flatMap((to) => KEEPS[edgeRank](ofNode(winners, to)).map((from) => slotOf({ from, to }))));
  return winners.map(({ operation }, slot) => (kept.has(slot) ? operation : NONE));
}
