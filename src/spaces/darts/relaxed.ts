/**
 * Relaxed cells: those of other searches, which can be retrained and scored but are not proposed. Normal and reduction
 * cell may differ. A cell has any number of nodes, a node any number of edges, also two from one source, and the output
 * concatenates any nodes.
 */
import { DARTS_NODES, RELAXED_OPERATIONS } from './cell.js';
import {
  type DartsFields,
  dartsText,
  invalidDarts,
  readDartsEdge,
  readDartsFields,
  readDartsList,
} from './notation.js';

const FIRST_NODE = DARTS_NODES[0];
const EDGES_PER_NODE = 2;
/** Triples may leave out isolated nodes, so their number does not follow from the edges. */
const MOST_NODES = 99;

export interface RelaxedEdge {
  readonly operation: string;
  readonly from: number;
  readonly to: number;
}

/** A cell. Nodes 0 and 1 are its inputs. A node without edges is isolated: nothing reads it. */
export interface RelaxedCell {
  /** The number of the last node, isolated ones included. */
  readonly last: number;
  /** Node by node. The edges of a node are in the order of the text. */
  readonly edges: readonly RelaxedEdge[];
  /** The nodes that the output concatenates. */
  readonly concat: readonly number[];
}

/**
 * Reads both kinds of cells. Edges are pairs, two for each node, or lists of pairs, one for each node, or triples
 * `('operation', to, from)` as FairDARTS writes them, the two numbers in any order.
 *
 * As in FairDARTS, isolated nodes are ignored: neither does the output contain them, nor does an edge come from them.
 * @throws UsageError that names the problem
 */
export function readRelaxedCells(text: string): { readonly normal: RelaxedCell; readonly reduce: RelaxedCell } {
  const fields = readDartsFields(text);
  return { normal: readCell(text, fields, 'normal'), reduce: readCell(text, fields, 'reduce') };
}

/**
 * The text of both kinds of cells in one notation. Edges are pairs where every node has two, and triples
 * `('operation', to, from)` otherwise. Edges of a node keep their order: the first weights are drawn in it.
 * @throws UsageError that names the problem
 */
export function relaxedText(text: string): string {
  const { normal, reduce } = readRelaxedCells(text);
  const concat = (cell: RelaxedCell) => `[${cell.concat.join(', ')}]`;
  return dartsText(printEdges(normal), printEdges(reduce), concat(normal), concat(reduce));
}

function printEdges({ last, edges }: RelaxedCell): string {
  const counts = Array.from(
    { length: last - 1 },
    (_, index) => edges.filter(({ to }) => to === index + FIRST_NODE).length,
  );
  const paired = counts.every((count) => count === EDGES_PER_NODE);
  const written = edges.map(({ operation, from, to }) =>
    paired ? `('${operation}', ${from})` : `('${operation}', ${to}, ${from})`,
  );
  return `[${written.join(', ')}]`;
}

function readCell(text: string, fields: DartsFields, name: 'normal' | 'reduce'): RelaxedCell {
  const { edges, last } = readEdges(text, name, fields[name]);
  const live = liveEdges(edges);
  const concat = readConcat(text, `${name}_concat`, fields[`${name}_concat`], last);
  const output = concat.filter((node) => live.some(({ to }) => to === node));
  if (output.length === 0) throw invalidDarts(text, `no node of ${name}_concat has an edge`);
  return { last: Math.max(FIRST_NODE, ...live.map(({ to }) => to)), edges: live, concat: output };
}

/** The edges that do not come from an isolated node, by their targets. */
function liveEdges(edges: readonly RelaxedEdge[]): RelaxedEdge[] {
  const live = new Set([0, 1]);
  return edges.toSorted((a, b) => a.to - b.to).filter(({ from, to }) => live.has(from) && live.add(to));
}

interface ReadEdges {
  readonly edges: readonly RelaxedEdge[];
  /** The highest number that a node of the cell may have. */
  readonly last: number;
}

function readEdges(text: string, name: string, list: string): ReadEdges {
  const read = readDartsList(list);
  if ('nested' in read) {
    const edges = read.nested.flatMap((node, index) =>
      node.map((edge) => readEdge(text, name, edge, index + FIRST_NODE)),
    );
    return { edges, last: FIRST_NODE + read.nested.length - 1 };
  }
  const { flat } = read;
  if (flat.some((edge) => /,\d+,\d+\)$/.test(edge))) {
    return { edges: flat.map((edge) => readEdge(text, name, edge)), last: MOST_NODES };
  }
  if (flat.length === 0 || flat.length % EDGES_PER_NODE !== 0) {
    throw invalidDarts(text, `${name} has ${flat.length} edges, not two for each node`);
  }
  const node = (index: number) => FIRST_NODE + Math.floor(index / EDGES_PER_NODE);
  return { edges: flat.map((edge, index) => readEdge(text, name, edge, node(index))), last: node(flat.length - 1) };
}

/** @param place the node of the edge, unless the edge must name it */
function readEdge(text: string, name: string, edge: string, place?: number): RelaxedEdge {
  const where = place === undefined ? name : `node ${place} of ${name}`;
  const { operation, numbers } = readDartsEdge(text, where, edge, RELAXED_OPERATIONS);
  const [one = 0, other = place] = numbers;
  if (other === undefined)
    throw invalidDarts(text, `the edge ${edge} of ${name} does not name its node, unlike others`);
  const [from, to] = numbers.length > 1 ? [Math.min(one, other), Math.max(one, other)] : [one, other];
  if (place !== undefined && to !== place)
    throw invalidDarts(text, `an edge in the place of ${where}, ${edge}, leads to node ${to}`);
  if (from >= to) throw invalidDarts(text, `an edge of ${where} comes from ${from}, not from 0 to ${to - 1}`);
  if (to > MOST_NODES) throw invalidDarts(text, `an edge of ${where} leads to node ${to}, beyond ${MOST_NODES}`);
  if (to < FIRST_NODE) throw invalidDarts(text, `the edge ${edge} of ${name} leads to an input of the cell`);
  return { operation, from, to };
}

/** The nodes that the output of a cell concatenates. A range is not expanded before its end is checked. */
function readConcat(text: string, name: string, value: string, last: number): number[] {
  const numbers = (value.match(/\d+/g) ?? []).map(Number);
  const [start = 0, end = 0] = numbers;
  const isRange = value.startsWith('range') && end <= last + 1;
  const concat = isRange ? Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index) : numbers;
  const known = concat.every((node) => node >= FIRST_NODE && node <= last);
  if (known && concat.length > 0 && new Set(concat).size === concat.length) return concat;
  throw invalidDarts(
    text,
    `${name} must list nodes from ${FIRST_NODE} to ${last}, each once at most, but it is ${value}`,
  );
}
