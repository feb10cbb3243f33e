/** Operations of an edge in XNAS's order. The index of an operation is its category and its column for the forest. */
export const DARTS_OPERATIONS = [
  'max_pool_3x3',
  'avg_pool_3x3',
  'skip_connect',
  'sep_conv_3x3',
  'sep_conv_5x5',
  'dil_conv_3x3',
  'dil_conv_5x5',
] as const;

/** The operations of relaxed cells: those of NASNet and AmoebaNet also have the last two. */
export const RELAXED_OPERATIONS: readonly string[] = [...DARTS_OPERATIONS, 'sep_conv_7x7', 'conv_7x1_1x7'];

/** The category of a missing edge; XNAS's eighth operation, `none`. */
export const NO_EDGE = DARTS_OPERATIONS.length;

/** Nodes with two incoming edges each. Nodes 0 and 1 are the inputs of the cell; its output concatenates these nodes. */
export const DARTS_NODES = [2, 3, 4, 5] as const;
export type DartsNode = (typeof DARTS_NODES)[number];

export interface DartsEdge {
  readonly from: number;
  readonly to: DartsNode;
}

/** Every possible edge, node by node. Each is a slot of an encoding. */
export const DARTS_EDGES: readonly DartsEdge[] = DARTS_NODES.flatMap((to) =>
  Array.from({ length: to }, (_, from) => ({ from, to })),
);

/** The slot of an edge. The edges of earlier nodes come first. */
export function slotOf({ from, to }: { readonly from: number; readonly to: number }): number {
  return (to * (to - 1)) / 2 - 1 + from;
}

/** The items of a node's edges, in the order of their sources. @param items one for each slot */
export function ofNode<T>(items: readonly T[], node: DartsNode): T[] {
  return items.slice(slotOf({ from: 0, to: node }), slotOf({ from: node, to: node }));
}
