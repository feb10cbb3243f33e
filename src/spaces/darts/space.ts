import type { Random } from '../../random/random.js';
import { oneHot } from '../features.js';
import type { Encoding, Space } from '../space.js';
import { checkBallot } from '../vote.js';
import { canonicalCell } from './canonical.js';
import { DARTS_EDGES, DARTS_NODES, DARTS_OPERATIONS, NO_EDGE, slotOf } from './cell.js';
import { cellNeighbours, cellWeights } from './choices.js';
import { parseDartsCell, printDartsCell } from './text.js';
import { voteCell } from './vote.js';

const ballot = { name: 'darts', voteMethods: ['sum'] } as const;

/** Two different numbers below `count`; each pair is equally likely. */
function drawPair(random: Random, count: number): [number, number] {
  const one = random.below(count);
  const other = random.below(count - 1);
  return [one, other < one ? other : other + 1];
}

function sampleCell(random: Random): Encoding {
  const encoding = new Array<number>(DARTS_EDGES.length).fill(NO_EDGE);
  for (const to of DARTS_NODES) {
    for (const from of drawPair(random, to)) encoding[slotOf({ from, to })] = random.below(DARTS_OPERATIONS.length);
  }
  return encoding;
}

/**
 * The cells of DARTS (Liu et al., 2019), with one cell for normal and reduction cells. Each of four nodes adds two
 * edges, and each edge applies one of seven operations to an earlier node. Draws, trees, the forest's columns (all 0
 * for a missing edge) and votes are those of XNAS's `RF_suggest`.
 */
export const darts: Space = {
  ...ballot,
  slots: DARTS_EDGES.map(() => NO_EDGE + 1),
  features: DARTS_EDGES.map(() => [...oneHot(DARTS_OPERATIONS.length), DARTS_OPERATIONS.map(() => 0)]),
  // Pairs of sources for each node times operations for each edge.
  size: DARTS_NODES.reduce(
    (product, node) => product * ((node * (node - 1)) / 2),
    DARTS_OPERATIONS.length ** (2 * DARTS_NODES.length),
  ),
  trees: 98,
  sample: sampleCell,
  conditionalWeights: cellWeights,
  neighbours: cellNeighbours,
  print: printDartsCell,
  parse: parseDartsCell,
  canonical: canonicalCell,
  vote: (voters, { method, edgeRank }) => {
    checkBallot(ballot, voters, method);
    return voteCell(voters, edgeRank);
  },
};
