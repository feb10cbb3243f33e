import { closest } from 'fastest-levenshtein';
import type { UsageError } from '../../errors.js';
import { type Encoding, invalidGenotype } from '../space.js';
import { DARTS_EDGES, DARTS_NODES, DARTS_OPERATIONS, NO_EDGE, ofNode, RETRAINED_OPERATIONS, slotOf } from './cell.js';
import { topTwo } from './top-two.js';

const CONCAT = `[${DARTS_NODES.join(', ')}]`;
const FIRST_NODE = DARTS_NODES[0];
const EDGES_PER_NODE = 2;
const EXAMPLE_CELL =
  "[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 1), " +
  "('skip_connect', 0), ('dil_conv_3x3', 2), ('skip_connect', 0), ('max_pool_3x3', 1)]";

const FIELDS = ['normal', 'normal_concat', 'reduce', 'reduce_concat'] as const;
const FIELD = new RegExp(`(?:^|,)(${FIELDS.join('|')})=`);
/** FairDARTS also writes the node that the edge leads to, before the source. */
const EDGE = /^\((['"])(.*)\1,(?:(\d+),)?(\d+)\)$/;

function genotypeText(normal: string, reduce = normal, normalConcat = CONCAT, reduceConcat = CONCAT): string {
  return `Genotype(normal=${normal}, normal_concat=${normalConcat}, reduce=${reduce}, reduce_concat=${reduceConcat})`;
}

function invalid(text: string, problem: string): UsageError {
  return invalidGenotype('DARTS', text, problem, [
    `Write it as in ${genotypeText(EXAMPLE_CELL)}`,
    `The operations are ${DARTS_OPERATIONS.join(', ')}.`,
    "A cell has four nodes with two edges each. An edge is ('operation', source). The output joins all four nodes.",
    'Retraining takes any number of nodes and any of them as output, and also sep_conv_7x7 and conv_7x1_1x7.',
  ]);
}

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
  return genotypeText(`[${edges.join(', ')}]`);
}

/**
 * The inverse of {@link printDartsCell}. It also reads the output of XNAS, with a list for each node and `range(2, 6)`,
 * and the notation of Python files: double quotes, line breaks, trailing commas, edges of a node in any order.
 * @throws UsageError that names the problem, also when the two kinds of cells differ
 */
export function parseDartsCell(text: string): Encoding {
  const cells = readSearchedCells(text);
  const [normal, reduce] = [encode(cells.normal), encode(cells.reduce)];
  if (String(reduce) === String(normal)) return normal;
  throw invalid(text, 'normal and reduce differ, and this space has one cell for both');
}

/**
 * The text of both kinds of cells in the notation of {@link printDartsCell}, for retraining. The cells may differ, have
 * any number of nodes, and concatenate some of them only, as those of NASNet do. The edges of a node keep their order:
 * the first weights of a network are drawn in it.
 * @throws UsageError that names the problem
 */
export function normalCells(text: string): string {
  const { normal, reduce } = readDartsCells(text);
  const concat = (cell: DartsCell) => `[${cell.concat.join(', ')}]`;
  return genotypeText(printEdges(normal.edges), printEdges(reduce.edges), concat(normal), concat(reduce));
}

/** A cell with any number of nodes. Nodes 0 and 1 are its inputs. */
export interface DartsCell {
  readonly nodes: number;
  readonly edges: readonly WrittenEdge[];
  /** The nodes that the output concatenates. */
  readonly concat: readonly number[];
}

/** Both kinds of cells of a network that is retrained. @throws UsageError that names the problem */
export function readDartsCells(text: string): { readonly normal: DartsCell; readonly reduce: DartsCell } {
  const fields = readFields(text);
  const read = (name: 'normal' | 'reduce'): DartsCell => {
    const nodes = splitNodes(text, name, fields[name]);
    const concat = readConcat(text, `${name}_concat`, fields[`${name}_concat`], nodes.length);
    return { nodes: nodes.length, edges: readEdges(text, name, nodes, RETRAINED_OPERATIONS), concat };
  };
  return { normal: read('normal'), reduce: read('reduce') };
}

/** An edge as it is written. */
export interface WrittenEdge {
  readonly operation: string;
  readonly from: number;
  readonly to: number;
}

function printEdges(edges: readonly WrittenEdge[]): string {
  return `[${edges.map(({ operation, from }) => `('${operation}', ${from})`).join(', ')}]`;
}

function encode(edges: readonly WrittenEdge[]): Encoding {
  const encoding = new Array<number>(DARTS_EDGES.length).fill(NO_EDGE);
  const names: readonly string[] = DARTS_OPERATIONS;
  for (const { operation, from, to } of edges) {
    encoding[slotOf({ from, to })] = names.indexOf(operation);
  }
  return encoding;
}

/** Both kinds of cells of the space itself: of four nodes, each with edges from two sources. */
function readSearchedCells(text: string): { normal: WrittenEdge[]; reduce: WrittenEdge[] } {
  const fields = readFields(text);
  for (const name of ['normal_concat', 'reduce_concat'] as const) {
    const concat = fields[name];
    if (concat === '[2,3,4,5]' || concat === 'range(2,6)') continue;
    throw invalid(text, `${name} must be ${CONCAT}, which are all nodes, but it is ${concat}`);
  }
  return {
    normal: readSearchedEdges(text, 'normal', fields.normal),
    reduce: readSearchedEdges(text, 'reduce', fields.reduce),
  };
}

/** The nodes that the output of a cell concatenates. A range is not expanded before its end is checked. */
function readConcat(text: string, name: string, value: string, nodes: number): number[] {
  const last = FIRST_NODE + nodes - 1;
  const numbers = (value.match(/\d+/g) ?? []).map(Number);
  const [start = 0, end = 0] = numbers;
  const isRange = value.startsWith('range') && end <= last + 1;
  const concat = isRange ? Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index) : numbers;
  const known = concat.every((node) => node >= FIRST_NODE && node <= last);
  if (known && concat.length > 0 && new Set(concat).size === concat.length) return concat;
  throw invalid(text, `${name} must list nodes from ${FIRST_NODE} to ${last}, each once at most, but it is ${value}`);
}

/** The four fields without spaces, in whatever order they are written. */
function readFields(text: string): Record<(typeof FIELDS)[number], string> {
  if (text !== text.trim()) throw invalid(text, 'there is space before or after it');
  const squeezed = text.replace(/\s*([()[\],=])\s*/g, '$1').replace(/,(?=[\])])/g, '');
  const [, inner = ''] = /^Genotype\((.*)\)$/.exec(squeezed) ?? [];
  const [before, ...parts] = inner.split(FIELD);
  const fields: Partial<Record<string, string>> = {};
  for (let at = 0; at < parts.length; at += 2) fields[parts[at] ?? ''] = parts[at + 1];
  const { normal, normal_concat, reduce, reduce_concat } = fields;
  const isList = (value: string | undefined) => value !== undefined && /^\[.*\]$/.test(value);
  const isConcat = (value: string | undefined) =>
    value !== undefined && /^(?:\[[\d,]*\]|range\(\d+,\d+\))$/.test(value);
  const whole = isList(normal) && isConcat(normal_concat) && isList(reduce) && isConcat(reduce_concat);
  if (before !== '' || parts.length !== 2 * FIELDS.length || !whole) {
    throw invalid(text, 'it must be Genotype(normal=…, normal_concat=…, reduce=…, reduce_concat=…)');
  }
  return fields as Record<(typeof FIELDS)[number], string>;
}

/** The edges of each node, from one list of all edges or from a list of pairs. */
function splitNodes(text: string, name: string, list: string, expected?: number): string[][] {
  const edgesIn = (items: string) => (items === '' ? [] : items.split(/(?<=\)),(?=\()/));
  const inner = list.slice(1, -1);
  if (inner.startsWith('[')) {
    const nodes = inner.slice(1, -1).split('],[').map(edgesIn);
    if (expected !== undefined && nodes.length !== expected)
      throw invalid(text, `${name} has ${nodes.length} nodes, not ${expected}`);
    return nodes;
  }
  const edges = edgesIn(inner);
  const count = expected ?? Math.max(1, Math.floor(edges.length / EDGES_PER_NODE));
  if (edges.length !== EDGES_PER_NODE * count) {
    const wanted = expected === undefined ? 'two for each node' : EDGES_PER_NODE * expected;
    throw invalid(text, `${name} has ${edges.length} edges, not ${wanted}`);
  }
  return Array.from({ length: count }, (_, index) => edges.slice(EDGES_PER_NODE * index, EDGES_PER_NODE * (index + 1)));
}

function readSearchedEdges(text: string, name: string, list: string): WrittenEdge[] {
  const edges = readEdges(text, name, splitNodes(text, name, list, DARTS_NODES.length), DARTS_OPERATIONS);
  for (const node of DARTS_NODES) {
    const [first, second] = edges.filter(({ to }) => to === node);
    if (first?.from === second?.from)
      throw invalid(text, `both edges of node ${node} of ${name} come from ${first?.from}`);
  }
  return edges;
}

function readEdges(
  text: string,
  name: string,
  nodes: readonly string[][],
  operations: readonly string[],
): WrittenEdge[] {
  return nodes.flatMap((edges, index) => {
    const node = FIRST_NODE + index;
    const where = `node ${node} of ${name}`;
    if (edges.length !== EDGES_PER_NODE) throw invalid(text, `${where} has ${edges.length} edge(s), not two`);
    return edges.map((edge) => parseDartsEdge(text, where, edge, node, operations));
  });
}

function parseDartsEdge(
  text: string,
  where: string,
  edge: string,
  node: number,
  operations: readonly string[],
): WrittenEdge {
  const [, , operation, target, source] = EDGE.exec(edge) ?? [];
  if (operation === undefined) throw invalid(text, `an edge of ${where} must be ('operation', source), not ${edge}`);
  if (target !== undefined && Number(target) !== node)
    throw invalid(text, `an edge in the place of ${where}, ${edge}, leads to node ${target}`);
  if (!operations.includes(operation)) {
    const nearest = closest(operation, operations);
    throw invalid(text, `${where} has the unknown operation "${operation}"; the nearest known one is "${nearest}"`);
  }
  const from = Number(source);
  if (from >= node) throw invalid(text, `an edge of ${where} comes from ${source}, not from 0 to ${node - 1}`);
  return { operation, from, to: node };
}
