/** Where the parts of a cell's picture lie. All measures are pixels; y grows downward. */
import { Graph, layout } from '@dagrejs/dagre';
import type { CellGraph, DrawnEdge, DrawnNode } from '../../definitions/graph.js';
import { PILL_HEIGHT, pillWidth, textWidth } from './measure.js';

export interface PlacedPoint {
  readonly x: number;
  readonly y: number;
}

/** A box; x and y are its centre. */
export interface PlacedBox extends PlacedPoint {
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode extends PlacedBox {
  readonly node: DrawnNode;
}

export interface PlacedEdge {
  readonly edge: DrawnEdge;
  /** From the border of the source to the border of the target, through the centre of the label. */
  readonly points: readonly PlacedPoint[];
  /** Null for an edge without a label. */
  readonly label: PlacedBox | null;
}

export interface PlacedCell {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

const MARGIN = 6;
const NODE = { size: 30, padding: 10 };
/** Distances between neighbours in a rank, between passing edges, and between ranks. */
const GAPS = { nodesep: 12, edgesep: 9, ranksep: 20 };
/** Distance between the ends of edges at a node. */
const PORT = 7;
/** A missing edge has no label. A box of this size keeps its path away from the others. */
const FAINT = 4;

/** The first input lies above the second, unless a node has no edge. */
const ORDER = { constraints: [{ left: '0', right: '1' }] };

/** Lays out a cell from left to right by dagre, the layered layout of Sugiyama. A pure function of its argument. */
export function placeCell(cell: CellGraph): PlacedCell {
  const graph = graphOf(cell);
  layout(graph, ORDER);
  const nodes = cell.nodes.map((node, index): PlacedNode => {
    const { x = 0, y = 0, width, height } = graph.node(String(index));
    return { node, x, y, width, height };
  });
  const paths = cell.edges.map((edge, index) => {
    const {
      points = [],
      x = 0,
      y = 0,
      width = 0,
      height = 0,
    } = graph.edge(String(edge.from), String(edge.to), String(index));
    const isLabelled = edge.operation !== null && edge.operation.family !== 'none';
    return { edge, inner: points.slice(1, -1), label: isLabelled ? { x, y, width, height } : null };
  });
  const edges = paths.map(({ edge, inner, label }): PlacedEdge => {
    const ends = { nodes, paths };
    const points = [portOf(ends, edge, 'from'), ...inner, portOf(ends, edge, 'to')];
    return { edge, points, label };
  });
  const { width = 0, height = 0 } = graph.graph();
  return { width, height, nodes, edges };
}

function graphOf({ nodes, edges }: CellGraph): Graph {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', marginx: MARGIN, marginy: MARGIN, ...GAPS });
  for (const [index, { label }] of nodes.entries()) {
    graph.setNode(String(index), {
      width: Math.max(NODE.size, textWidth(label) + 2 * NODE.padding),
      height: NODE.size,
    });
  }
  for (const [index, { from, to, operation }] of edges.entries()) {
    const isFaint = operation === null || operation.family === 'none';
    const size = isFaint ? { width: FAINT, height: FAINT } : { width: pillWidth(operation.label), height: PILL_HEIGHT };
    graph.setEdge(String(from), String(to), { ...size, labelpos: 'c' }, String(index));
  }
  return graph;
}

interface Ends {
  readonly nodes: readonly PlacedNode[];
  readonly paths: readonly { readonly edge: DrawnEdge; readonly inner: readonly PlacedPoint[] }[];
}

/** Where an edge meets a node: on the side that faces the other edges, in the order in which these arrive. */
function portOf({ nodes, paths }: Ends, edge: DrawnEdge, end: 'from' | 'to'): PlacedPoint {
  const meeting = paths
    .filter((path) => path.edge[end] === edge[end])
    .map((path) => ({ edge: path.edge, y: (end === 'from' ? path.inner[0] : path.inner.at(-1))?.y ?? 0 }))
    .sort((a, b) => a.y - b.y);
  const { x, y, width, height } = nodes[edge[end]] ?? { x: 0, y: 0, width: 0, height: 0 };
  const step = Math.min(PORT, (height - NODE.padding) / Math.max(1, meeting.length - 1));
  const place = meeting.findIndex((one) => one.edge === edge) - (meeting.length - 1) / 2;
  return { x: x + (end === 'from' ? width : -width) / 2, y: y + step * place };
}
