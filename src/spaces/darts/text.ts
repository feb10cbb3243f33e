import type { Encoding } from '../space.js';
import { DARTS_EDGES, DARTS_NODES, DARTS_OPERATIONS, NO_EDGE, ofNode, slotOf } from './cell.js';
import { DARTS_CONCAT, dartsText, invalidDarts, readDartsEdge, readDartsFields, readDartsList } from './notation.js';
import { topTwo } from './top-two.js';

const EDGES_PER_NODE = 2;

/**
 * Writes the genotype as DARTS prints it. The edges of a node are in the order of XNAS's `geno_from_alpha`, which can
 * differ from the order of their sources.
 */
export function printDartsCell(encoding: Encoding): string {
  const edges = DARTS_NODES.flatMap((node) => {
    const operations = ofNode(encoding, node);
    return topTwo(operations.map((operation) => Number(operation !== NO_EDGE))).map(
      (from) => `('${DARTS_OPERATIONS[operations[from] ?? NO_EDGE]}', ${from})`,
    );
  });
  return dartsText(`[${edges.join(', ')}]`);
}

/**
 * The inverse of {@link printDartsCell}. It also reads the output of XNAS, with a list for each node and `range(2, 6)`,
 * and the notation of Python files: double quotes, line breaks, trailing commas, edges of a node in any order.
 * @throws UsageError that names the problem, also when the two kinds of cells differ
 */
export function parseDartsCell(text: string): Encoding {
  const cells = readCells(text);
  const [normal, reduce] = [encode(cells.normal), encode(cells.reduce)];
  if (String(reduce) === String(normal)) return normal;
  throw invalidDarts(text, 'normal and reduce differ, and this space has one cell for both');
}

interface SearchedEdge {
  readonly operation: string;
  readonly from: number;
  readonly to: number;
}

function encode(edges: readonly SearchedEdge[]): Encoding {
  const encoding = new Array<number>(DARTS_EDGES.length).fill(NO_EDGE);
  const names: readonly string[] = DARTS_OPERATIONS;
  for (const { operation, from, to } of edges) {
    encoding[slotOf({ from, to })] = names.indexOf(operation);
  }
  return encoding;
}

/** Both kinds of cells: of four nodes, each with edges from two sources. */
function readCells(text: string): { normal: SearchedEdge[]; reduce: SearchedEdge[] } {
  const fields = readDartsFields(text);
  for (const name of ['normal_concat', 'reduce_concat'] as const) {
    const concat = fields[name];
    if (concat === '[2,3,4,5]' || concat === 'range(2,6)') continue;
    throw invalidDarts(text, `${name} must be ${DARTS_CONCAT}, which are all nodes, but it is ${concat}`);
  }
  return { normal: readEdges(text, 'normal', fields.normal), reduce: readEdges(text, 'reduce', fields.reduce) };
}

function readEdges(text: string, name: string, list: string): SearchedEdge[] {
  const nodes = nodesIn(text, name, list);
  return DARTS_NODES.flatMap((node, index) => {
    const where = `node ${node} of ${name}`;
    const written = nodes[index] ?? [];
    if (written.length !== EDGES_PER_NODE) throw invalidDarts(text, `${where} has ${written.length} edge(s), not two`);
    const edges = written.map((edge) => readEdge(text, where, edge, node));
    const [first, second] = edges;
    if (first?.from === second?.from) throw invalidDarts(text, `both edges of ${where} come from ${first?.from}`);
    return edges;
  });
}

/** The edges of each node, from one list of all edges or from a list of pairs. */
function nodesIn(text: string, name: string, list: string): string[][] {
  const read = readDartsList(list);
  const count = DARTS_NODES.length;
  if ('nested' in read) {
    if (read.nested.length === count) return read.nested;
    throw invalidDarts(text, `${name} has ${read.nested.length} nodes, not ${count}`);
  }
  const { flat } = read;
  if (flat.length === EDGES_PER_NODE * count)
    return DARTS_NODES.map((_, index) => flat.slice(EDGES_PER_NODE * index, EDGES_PER_NODE * (index + 1)));
  throw invalidDarts(text, `${name} has ${flat.length} edges, not ${EDGES_PER_NODE * count}`);
}

function readEdge(text: string, where: string, edge: string, to: number): SearchedEdge {
  const { operation, numbers } = readDartsEdge(text, where, edge, DARTS_OPERATIONS);
  const [from = 0, target = to] = numbers.length > 1 ? numbers.toReversed() : numbers;
  if (target !== to) throw invalidDarts(text, `an edge in the place of ${where}, ${edge}, leads to node ${target}`);
  if (from >= to) throw invalidDarts(text, `an edge of ${where} comes from ${from}, not from 0 to ${to - 1}`);
  return { operation, from, to };
}
