import { oneHot } from '../features.js';
import { freeSlots } from '../free-slots.js';
import type { Encoding, Space } from '../space.js';
import { vote } from '../vote.js';
import { representatives } from './canonical.js';
import { NB201_EDGES, NB201_OPERATIONS } from './cell.js';
import { parseNb201Cell, printNb201Cell } from './text.js';

const slots = NB201_EDGES.map(() => NB201_OPERATIONS.length);
const size = NB201_OPERATIONS.length ** NB201_EDGES.length;
const ballot = { name: 'nas-bench-201', slots, voteMethods: ['sum', 'greedy'] } as const;

/** The position of an encoding in lexicographic order. Its categories are digits, the first slot the highest. */
function rank(encoding: Encoding): number {
  return encoding.reduce((position, category) => position * NB201_OPERATIONS.length + category, 0);
}

/** The inverse of {@link rank}. */
function unrank(position: number): Encoding {
  return slots.map((categories, slot) => Math.floor(position / categories ** (slots.length - 1 - slot)) % categories);
}

function createNasBench201(): Space {
  // Caches a pure function. The first call takes about 0.2 s.
  let representativeOf: readonly Encoding[] | undefined;
  return {
    ...ballot,
    ...freeSlots(slots),
    features: slots.map(oneHot),
    size,
    trees: 30,
    print: printNb201Cell,
    parse: parseNb201Cell,
    canonical: (encoding) => {
      representativeOf ??= representatives(Array.from({ length: size }, (_, position) => unrank(position)));
      return representativeOf[rank(encoding)] ?? encoding;
    },
    vote: (voters, { method }) => vote(ballot, voters, method),
  };
}

/**
 * The cells of NAS-Bench-201 (Dong and Yang, 2020): one of five operations on each of the six edges between four
 * nodes. Categories, trees and votes are those of XNAS's `RF_suggest`.
 */
export const nasBench201: Space = createNasBench201();
