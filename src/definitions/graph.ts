/** An architecture as a picture shows it: one graph for each kind of cell, or rows of blocks. */

/** Decides the colour of an operation. Operations of one family have one colour. */
export type OperationFamily =
  | 'none'
  | 'skip'
  | 'conv'
  | 'separable'
  | 'dilated'
  | 'factorised'
  | 'average'
  | 'maximum'
  | 'narrow'
  | 'wide'
  | 'choice';

/** An operation of an edge or a block. */
export interface DrawnOperation {
  /** As a genotype has it: `sep_conv_3x3`. */
  readonly name: string;
  /** Short, for a picture: `sep 3×3`. */
  readonly label: string;
  readonly family: OperationFamily;
}

/** A node. A label such as `c_{k-1}` has a subscript. */
export interface DrawnNode {
  readonly label: string;
  readonly kind: 'input' | 'inner' | 'output';
}

/** An edge between two nodes, by index. Two edges may join the same nodes. */
export interface DrawnEdge {
  readonly from: number;
  readonly to: number;
  /** Null when the edge only passes a result on, as to a concatenation. */
  readonly operation: DrawnOperation | null;
}

/** A cell: nodes in their order, and edges that lead from earlier nodes to later ones. */
export interface CellGraph {
  readonly form: 'cell';
  /** Such as `Normal cell`. */
  readonly title: string;
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

/** Rows of blocks. In a network of stages, each row is a stage. */
export interface BlockRows {
  readonly form: 'rows';
  readonly title: string;
  /** Whether data flows through the blocks in their order. Otherwise they are separate choices. */
  readonly connected: boolean;
  readonly rows: readonly { readonly label: string; readonly blocks: readonly DrawnOperation[] }[];
}

export type ArchitectureGraph = CellGraph | BlockRows;
