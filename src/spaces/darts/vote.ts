import type { EdgeRank, Encoding } from '../space.js';
import { countVotes, firstHighest } from '../vote.js';
import { DARTS_EDGES, DARTS_NODES, DARTS_OPERATIONS, NO_EDGE, ofNode, slotOf } from './cell.js';
import { topTwo } from './top-two.js';

interface Winner {
  readonly operation: number;
  readonly votes: number;
}

/** The operation with the most votes for an edge. Votes for the absence of the edge do not count. */
function winnerOf(voters: readonly Encoding[], slot: number): Winner {
  const votes = countVotes(voters, slot, NO_EDGE + 1).slice(0, DARTS_OPERATIONS.length);
  const operation = firstHighest(votes);
  return { operation, votes: votes[operation] ?? 0 };
}

/** The sources of the two edges that a node keeps, given the winners of all its possible edges. */
const KEEPS: Readonly<Record<EdgeRank, (winners: readonly Winner[]) => number[]>> = {
  'operation-index': (winners) => topTwo(winners.map(({ operation }) => operation)),
  votes: (winners) =>
    [...winners.entries()]
      .sort(([, a], [, b]) => b.votes - a.votes)
      .slice(0, 2)
      .map(([from]) => from),
};

/**
 * The cell that the voters agree on. Each edge gets the operation with the most votes, and each node keeps the two
 * edges that rank highest. The published vote ranks by `operation-index`, the number of the operation: a dilated
 * convolution with one vote beats a pooling with fifty, and an edge without votes counts as `max_pool_3x3`.
 * Source: `RF_suggest.optimal_arch` for `darts`.
 * @param voters at least one
 */
export function voteCell(voters: readonly Encoding[], edgeRank: EdgeRank): Encoding {
  const winners = DARTS_EDGES.map((_, slot) => winnerOf(voters, slot));
  const kept = new Set(
    DARTS_NODES.flatMap((to) => KEEPS[edgeRank](ofNode(winners, to)).map((from) => slotOf({ from, to }))),
  );
  return winners.map(({ operation }, slot) => (kept.has(slot) ? operation : NO_EDGE));
}
