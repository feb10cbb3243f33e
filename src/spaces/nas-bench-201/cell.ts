/** Operations of an edge in the order of NAS-Bench-201. The index of an operation is its category. */
export const NB201_OPERATIONS = ['none', 'skip_connect', 'nor_conv_1x1', 'nor_conv_3x3', 'avg_pool_3x3'] as const;
export type Nb201Operation = (typeof NB201_OPERATIONS)[number];

/** The edges of the cell in the order of its text. Each is a slot of an encoding. */
export const NB201_EDGES = [
  { from: 0, to: 1 },
  { from: 0, to: 2 },
  { from: 1, to: 2 },
  { from: 0, to: 3 },
  { from: 1, to: 3 },
  { from: 2, to: 3 },
] as const;

/** The nodes with incoming edges. Node 3 is the output of the cell. */
export const INNER_NODES = [1, 2, 3] as const;
