/**
 * Which DARTS cells are one architecture: those that differ only in the numbers of their nodes.
 *
 * A cell's output is the concatenation of its nodes, so renumbering them puts the channels of the output into another
 * order. Whatever reads an output is a 1×1 convolution or a linear layer, whose initial weights are independent and
 * equally distributed over their inputs; CKA does not see the order of channels. So the renumbered networks are one
 * network with its parameters renamed, and train alike. The inputs keep their numbers: the cells that they come from differ.
 *
 * Nothing else is equal in both kinds of cells. The only operation without parameters is `skip_connect` from a node;
 * in a reduction cell all others have some, so each node has parameters of its own or is the sum of two nodes
 * before it, and a sum that two nodes have in common shows in the renumbering.
 */

import { permutations } from '../permutations.js';
import type { Encoding } from '../space.js';
import { EDGES, NODES, NONE, slotOf } from './cell.js';

/** New numbers of all states by their old ones, the inputs' unchanged. */
const RENUMBERINGS: readonly (readonly number[])[] = permutations(NODES).map((order) => [0, 1, ...order]);

/** The encoding with other numbers for its nodes; null where an edge would lead backwards. */
function renumber(encoding: Encoding, numbers: readonly number[]): Encoding | null {
  const renumbered = new Array<number>(encoding.length).fill(NONE);
  for (const [slot, { from, to }] of EDGES.entries()) {
    const operation = encoding[slot] ?? NONE;
    if (operation === NONE) continue;
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
    // Categories have one digit, so that the texts compare as the encodings do.
    return other !== null && String(other) < String(lowest) ? other : lowest;
  }, encoding);
}
