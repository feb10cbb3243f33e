import { changedSlot } from '../free-slots.js';
import type { Encoding } from '../space.js';
import { DARTS_EDGES, DARTS_OPERATIONS, NO_EDGE, ofNode, slotOf } from './cell.js';

/** Edges of each node. */
const KEPT = 2;

/**
 * See {@link Space.conditionalWeights}. Every pair of a node's edges is equally likely, and so is every operation. If
 * a node still needs m of its n undecided edges, each of them is present with probability m / n.
 */
export function cellWeights(before: Encoding): readonly number[] {
  const { from, to } = DARTS_EDGES[before.length] ?? { from: 0, to: 2 };
  const missing = KEPT - ofNode(before, to).filter((category) => category !== NO_EDGE).length;
  const absent = DARTS_OPERATIONS.length * (to - from - missing);
  return [...DARTS_OPERATIONS.map(() => missing), absent];
}

/** See {@link Space.neighbours}. An edge gets another operation, or moves to another source with its operation. */
export function cellNeighbours(encoding: Encoding): Encoding[] {
  return DARTS_EDGES.flatMap((edge, slot) => {
    const operation = encoding[slot] ?? NO_EDGE;
    if (operation === NO_EDGE) return [];
    const free = ofNode(encoding, edge.to).flatMap((category, from) => (category === NO_EDGE ? [from] : []));
    const moved = free.map((from) => encoding.with(slot, NO_EDGE).with(slotOf({ from, to: edge.to }), operation));
    return [...changedSlot(encoding, slot, 0, DARTS_OPERATIONS.length), ...moved];
  });
}
