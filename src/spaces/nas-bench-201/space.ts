import { oneHot } from '../features.js';
import { freeSlots } from '../free-slots.js';
import type { Encoding, Space } from '../space.js';
import { vote } from '../vote.js';
import { representatives } from './canonical.js';
import { EDGES, OPERATIONS } from './cell.js';
import { parseCell, printCell } from './text.js';

const slots = EDGES.map(() => OPERATIONS.length);
const size = OPERATIONS.length ** EDGES.length;
const counted = { name: 'nas-bench-201', slots, voteMethods: ['sum', 'greedy'] } as const;

/** Position of an encoding in lexicographic order: its categories are the digits, the first slot's the highest. */
function rank(encoding: Encoding): number {
  return encoding.reduce((position, category) => position * OPERATIONS.length + category, 0);
}

/** The inverse of {@link rank}. */
function unrank(position: number): Encoding {
  return slots.map((categories, slot) => Math.floor(position / categories ** (slots.length - 1 - slot)) % categories);
}

function createNasBench201(): Space {
  // A cache of a pure function: made when the first canonical form is asked for, in about 0.2 s.
  let representativeOf: readonly Encoding[] | undefined;
  return {
    ...counted,
    ...freeSlots(slots),
    features: slots.map(oneHot),
    size,
    trees: 30,
    print: printCell,
    parse: parseCell,
    canonical: (encoding) => {
      representativeOf ??= representatives(Array.from({ length: size }, (_, position) => unrank(position)));
      return representativeOf[rank(encoding)] ?? encoding;
    },
    vote: (voters, { method }) => vote(counted, voters, method),
  };
}

/**
 * The cells of NAS-Bench-201 (Dong and Yang, 2020): one of five operations on each of the six edges between four
 * nodes. Categories, trees and votes are those of XNAS's `RF_suggest`.
 */
export const nasBench201: Space = createNasBench201();
