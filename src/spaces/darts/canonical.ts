/**
 * Isomorphic cells of DARTS: those that differ only in the numbers of their nodes.
 *
 * The output of a cell is the concatenation of its nodes, so renumbering them permutes its channels. Every consumer of
 * an output is a 1×1 convolution or a linear layer, whose initial weights are independent and identically distributed
 * over their inputs, and CKA ignores the order of channels. The renumbered networks are therefore one network with its
 * parameters renamed, and they train alike. The inputs keep their numbers, because the cells before them differ.
 *
 * No other identity holds in both kinds of cells. The only operation without parameters is `skip_connect` from a
 * node; all others have parameters in a reduction cell. So each node has its own parameters or is the sum of two
 * earlier nodes, and the renumbering already covers sums that two nodes have in common.
 */

import { permutations } from '../canonical.js';
import type { Encoding } from '../space.js';
import { DARTS_EDGES, DARTS_NODES, NO_EDGE, slotOf } from './cell.js';

/** New node numbers by the old ones; the inputs keep theirs. */
const RENUMBERINGS: readonly (readonly number[])[] = permutations(DARTS_NODES).map((order) => [0, 1, ...order]);

/** The encoding with other numbers for its nodes; null when an edge would point backwards. */
function renumber(encoding: Encoding, numbers: readonly number[]): Encoding | null {
  const renumbered = new Array<number>(encoding.length).fill(NO_EDGE);
  for (const [slot, { from, to }] of DARTS_EDGES.entries()) {
    const operation = encoding[slot] ?? NO_EDGE;
    if (operation === NO_EDGE) continue;
    const edge = { from: numbers[from] ?? from, to: numbers[to] ?? to };
    if (edge.from >= edge.to) return null;
    renumbered[slotOf(edge)] = operation;
  }
  return renumbered;
}

/** The lexicographically lowest encoding over all numberings of the nodes. */
export function canonicalCell(encoding: Encoding): Encoding {
  return RENUMBERINGS.reduce((lowest, numbers) => {
    const other = renumber(encoding, numbers);
    // Categories have one digit, so the texts compare as the encodings do.
    return other !== null && String(other) < String(lowest) ? other : lowest;
  }, encoding);
}
