import { closest } from 'fastest-levenshtein';
import type { UsageError } from '../../errors.js';
import { type Encoding, invalidGenotype } from '../space.js';
import {
  DARTS_EDGES,
  DARTS_NODES,
  DARTS_OPERATIONS,
  type DartsNode,
  type DartsOperation,
  NO_EDGE,
  ofNode,
  slotOf,
} from './cell.js';
import { topTwo } from './top-two.js';

const CONCAT = `[${DARTS_NODES.join(', ')}]`;
const EDGES_PER_NODE = 2;
const EXAMPLE_CELL =
  "[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 1), " +
  "('skip_connect', 0), ('dil_conv_3x3', 2), ('skip_connect', 0), ('max_pool_3x3', 1)]";

const FIELDS = ['normal', 'normal_concat', 'reduce', 'reduce_concat'] as const;
const FIELD = new RegExp(`(?:^|,)(${FIELDS.join('|')})=`);
/** FairDARTS also writes the node that the edge leads to, before the source. */
const EDGE = /^\((['"])(.*)\1,(?:(\d+),)?(\d+)\)$/;

function genotypeText(normal: string, reduce = normal): string {
  return `Genotype(normal=${normal}, normal_concat=${CONCAT}, reduce=${reduce}, reduce_concat=${CONCAT})`;
}

function invalid(text: string, problem: string): UsageError {
  return invalidGenotype('DARTS', text, problem, [
    `Write it as in ${genotypeText(EXAMPLE_CELL)}`,
    `The operations are ${DARTS_OPERATIONS.join(', ')}.`,
    "A cell has four nodes with two edges each. An edge is ('operation', source). The output joins all four nodes.",
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
  const { normal, reduce } = parseCells(text);
  if (String(reduce) === String(normal)) return normal;
  throw invalid(text, 'normal and reduce differ, and this space has one cell for both');
}

/**
 * Reads both kinds of cells. They may differ: other searches find such genotypes.
 * @throws UsageError that names the problem
 */
export function parseCells(text: string): { normal: Encoding; reduce: Encoding } {
  const { normal, reduce } = readCells(text);
  return { normal: encode(normal), reduce: encode(reduce) };
}

/**
 * The text of both kinds of cells in the notation of {@link printDartsCell}. The edges of a node keep their order: the
 * first weights of a network are drawn in it.
 * @throws UsageError that names the problem
 */
export function normalCells(text: string): string {
  const { normal, reduce } = readCells(text);
  return genotypeText(printEdges(normal), printEdges(reduce));
}

/** An edge as it is written. */
interface WrittenEdge {
  readonly operation: number;
  readonly from: number;
  readonly to: DartsNode;
}

function printEdges(edges: readonly WrittenEdge[]): string {
  return `[${edges.map(({ operation, from }) => `('${DARTS_OPERATIONS[operation]}', ${from})`).join(', ')}]`;
}

function encode(edges: readonly WrittenEdge[]): Encoding {
  const encoding = new Array<number>(DARTS_EDGES.length).fill(NO_EDGE);
  for (const { operation, from, to } of edges) encoding[slotOf({ from, to })] = operation;
  return encoding;
}

function readCells(text: string): { normal: WrittenEdge[]; reduce: WrittenEdge[] } {
  if (text !== text.trim()) throw invalid(text, 'there is space before or after it');
  const fields = readFields(text);
  for (const name of ['normal_concat', 'reduce_concat'] as const) {
    const concat = fields[name];
    if (concat === '[2,3,4,5]' || concat === 'range(2,6)') continue;
    throw invalid(text, `${name} must be ${CONCAT}, which are all nodes, but it is ${concat}`);
  }
  return { normal: readEdges(text, 'normal', fields.normal), reduce: readEdges(text, 'reduce', fields.reduce) };
}

/** The four fields without spaces, in whatever order they are written. */
function readFields(text: string): Record<(typeof FIELDS)[number], string> {
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

/** The edges of each node, from a list of eight edges or of four pairs. */
function splitNodes(text: string, name: string, list: string): string[][] {
  const edgesIn = (items: string) => (items === '' ? [] : items.split(/(?<=\)),(?=\()/));
  const inner = list.slice(1, -1);
  if (inner.startsWith('[')) {
    const nodes = inner.slice(1, -1).split('],[').map(edgesIn);
    if (nodes.length !== DARTS_NODES.length)
      throw invalid(text, `${name} has ${nodes.length} nodes, not ${DARTS_NODES.length}`);
    return nodes;
  }
  const edges = edgesIn(inner);
  const expected = EDGES_PER_NODE * DARTS_NODES.length;
  if (edges.length !== expected) throw invalid(text, `${name} has ${edges.length} edges, not ${expected}`);
  return DARTS_NODES.map((_, index) => edges.slice(EDGES_PER_NODE * index, EDGES_PER_NODE * (index + 1)));
}

function readEdges(text: string, name: string, list: string): WrittenEdge[] {
  const all: WrittenEdge[] = [];
  const nodes = splitNodes(text, name, list);
  for (const [index, node] of DARTS_NODES.entries()) {
    const edges = nodes[index] ?? [];
    const where = `node ${node} of ${name}`;
    if (edges.length !== EDGES_PER_NODE) throw invalid(text, `${where} has ${edges.length} edge(s), not two`);
    const read = edges.map((edge) => parseDartsEdge(text, where, edge, node));
    const [first, second] = read;
    if (first?.from === second?.from) throw invalid(text, `both edges of ${where} come from ${first?.from}`);
    all.push(...read);
  }
  return all;
}

function parseDartsEdge(text: string, where: string, edge: string, node: DartsNode): WrittenEdge {
  const [, , operationName, target, source] = EDGE.exec(edge) ?? [];
  if (operationName === undefined)
    throw invalid(text, `an edge of ${where} must be ('operation', source), not ${edge}`);
  if (target !== undefined && Number(target) !== node)
    throw invalid(text, `an edge in the place of ${where}, ${edge}, leads to node ${target}`);
  const operation = DARTS_OPERATIONS.indexOf(operationName as DartsOperation);
  if (operation < 0) {
    const nearest = closest(operationName, DARTS_OPERATIONS);
    throw invalid(text, `${where} has the unknown operation "${operationName}"; the nearest known one is "${nearest}"`);
  }
  const from = Number(source);
  if (from >= node) throw invalid(text, `an edge of ${where} comes from ${source}, not from 0 to ${node - 1}`);
  return { operation, from, to: node };
}
