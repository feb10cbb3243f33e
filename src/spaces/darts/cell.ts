/** Operations of an edge in XNAS's order, which is also that of the forest's columns: an operation's index is its category. */
export const OPERATIONS = [
  'max_pool_3x3',
  'avg_pool_3x3',
  'skip_connect',
  'sep_conv_3x3',
  'sep_conv_5x5',
  'dil_conv_3x3',
  'dil_conv_5x5',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The category of an edge that is not there; XNAS's eighth operation, `none`. */
export const NONE = OPERATIONS.length;

/** Nodes that have edges coming in, two each. 0 and 1 are the cell's inputs, and its output is all of these. */
export const NODES = [2, 3, 4, 5] as const;
export type Node = (typeof NODES)[number];

export interface Edge {
  readonly from: number;
  readonly to: Node;
}

/** Every edge that there can be, node by node; a slot of an encoding is an edge. */
export const EDGES: readonly Edge[] = NODES.flatMap((to) => Array.from({ length: to }, (_, from) => ({ from, to })));

/** The slot of an edge: the edges of the nodes before come first. */
export function slotOf({ from, to }: { readonly from: number; readonly to: number }): number {
  return (to * (to - 1)) / 2 - 1 + from;
}

/** What the slots of a node's edges hold in a list with an item for each slot, by the edges' sources. */
export function ofNode<T>(items: readonly T[], node: Node): T[] {
  return items.slice(slotOf({ from: 0, to: node }), slotOf({ from: node, to: node }));
}
