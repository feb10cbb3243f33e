import { changedSlot } from '../free-slots.js';
import type { Encoding } from '../space.js';
import { EDGES, NONE, OPERATIONS, ofNode, slotOf } from './cell.js';

/** Edges that each node keeps. */
const KEPT = 2;

/**
 * As {@link Space.conditionalWeights}: every pair of a node's edges is equally likely, and so is every operation. An edge is there
 * in as many of the pairs left as the node misses edges, out of those whose turn has yet to come.
 */
export function cellWeights(before: Encoding): readonly number[] {
  const { from, to } = EDGES[before.length] ?? { from: 0, to: 2 };
  const missing = KEPT - ofNode(before, to).filter((category) => category !== NONE).length;
  const absent = OPERATIONS.length * (to - from - missing);
  return [...OPERATIONS.map(() => missing), absent];
}

/** As {@link Space.neighbours}: another operation on an edge, or an edge moved to another source, operation and all. */
export function cellNeighbours(encoding: Encoding): Encoding[] {
  return EDGES.flatMap((edge, slot) => {
    const operation = encoding[slot] ?? NONE;
    if (operation === NONE) return [];
    const free = ofNode(encoding, edge.to).flatMap((category, from) => (category === NONE ? [from] : []));
    const moved = free.map((from) => encoding.with(slot, NONE).with(slotOf({ from, to: edge.to }), operation));
    return [...changedSlot(encoding, slot, 0, OPERATIONS.length), ...moved];
  });
}
