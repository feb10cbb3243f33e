/** Operations of an edge, in the order of NAS-Bench-201's encoding: an operation's index is its category. */
export const OPERATIONS = ['none', 'skip_connect', 'nor_conv_1x1', 'nor_conv_3x3', 'avg_pool_3x3'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The cell's edges in the order in which its text names them; a slot of an encoding is an edge. */
export const EDGES = [
  { from: 0, to: 1 },
  { from: 0, to: 2 },
  { from: 1, to: 2 },
  { from: 0, to: 3 },
  { from: 1, to: 3 },
  { from: 2, to: 3 },
] as const;

/** Nodes that have edges coming in: 1, 2 and 3, the last of which is the cell's output. */
export const INNER_NODES = [1, 2, 3] as const;
