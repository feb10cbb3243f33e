import type { Random } from '../../random/random.js';
import { oneHot } from '../features.js';
import type { Encoding, Space } from '../space.js';
import { checkBallot } from '../vote.js';
import { canonicalCell } from './canonical.js';
import { EDGES, NODES, NONE, OPERATIONS, slotOf } from './cell.js';
import { cellNeighbours, cellWeights } from './choices.js';
import { parseCell, printCell } from './text.js';
import { voteCell } from './vote.js';

const counted = { name: 'darts', voteMethods: ['sum'] } as const;

/** Two of `count` numbers, each pair equally likely. */
function drawPair(random: Random, count: number): [number, number] {
  const one = random.below(count);
  const other = random.below(count - 1);
  return [one, other < one ? other : other + 1];
}

function sampleCell(random: Random): Encoding {
  const encoding = new Array<number>(EDGES.length).fill(NONE);
  for (const to of NODES) {
    for (const from of drawPair(random, to)) encoding[slotOf({ from, to })] = random.below(OPERATIONS.length);
  }
  return encoding;
}

/**
 * The cells of DARTS (Liu et al., 2019), the same for normal and reduction cells: each of four nodes sums one of seven
 * operations on two of the states before it. Draws, trees, the forest's columns (none for an edge that is not there)
 * and votes are those of XNAS's `RF_suggest`.
 */
export const darts: Space = {
  ...counted,
  slots: EDGES.map(() => NONE + 1),
  features: EDGES.map(() => [...oneHot(OPERATIONS.length), OPERATIONS.map(() => 0)]),
  // The pairs of sources of each node, and the operations of all edges.
  size: NODES.reduce((product, node) => product * ((node * (node - 1)) / 2), OPERATIONS.length ** (2 * NODES.length)),
  trees: 98,
  sample: sampleCell,
  conditionalWeights: cellWeights,
  neighbours: cellNeighbours,
  print: printCell,
  parse: parseCell,
  canonical: canonicalCell,
  vote: (voters, { method, edgeRank }) => {
    checkBallot(counted, voters, method);
    return voteCell(voters, edgeRank);
  },
};
