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

const LIST = String.raw`(\[.*\])`;
const NUMBERS = String.raw`(\[[\d,]*\]|range\(\d+,\d+\))`;
const GENOTYPE = new RegExp(
  `^Genotype\\(normal=${LIST},normal_concat=${NUMBERS},reduce=${LIST},reduce_concat=${NUMBERS}\\)$`,
);
const EDGE = /^\((['"])(.*)\1,(\d+)\)$/;

function genotypeText(cell: string): string {
  return `Genotype(normal=${cell}, normal_concat=${CONCAT}, reduce=${cell}, reduce_concat=${CONCAT})`;
}

function invalid(text: string, problem: string): UsageError {
  return invalidGenotype('DARTS', text, problem, [
    `Write it as in ${genotypeText(EXAMPLE_CELL)}`,
    `The operations are ${DARTS_OPERATIONS.join(', ')}.`,
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
  if (text !== text.trim()) throw invalid(text, 'there is space before or after it');
  const squeezed = text.replace(/\s*([()[\],=])\s*/g, '$1').replace(/,(?=[\])])/g, '');
  const [, normal, normalConcat, reduce, reduceConcat] = GENOTYPE.exec(squeezed) ?? [];
  if (normal === undefined || reduce === undefined) {
    throw invalid(text, 'it must be Genotype(normal=…, normal_concat=…, reduce=…, reduce_concat=…)');
  }
  for (const [name, concat] of Object.entries({ normal_concat: normalConcat, reduce_concat: reduceConcat })) {
    if (concat === '[2,3,4,5]' || concat === 'range(2,6)') continue;
    throw invalid(text, `${name} must be ${CONCAT}, which are all nodes, but it is ${concat}`);
  }
  return { normal: parseEdges(text, 'normal', normal), reduce: parseEdges(text, 'reduce', reduce) };
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

function parseEdges(text: string, name: string, list: string): Encoding {
  const encoding = new Array<number>(DARTS_EDGES.length).fill(NO_EDGE);
  const nodes = splitNodes(text, name, list);
  for (const [index, node] of DARTS_NODES.entries()) {
    const edges = nodes[index] ?? [];
    const where = `node ${node} of ${name}`;
    if (edges.length !== EDGES_PER_NODE) throw invalid(text, `${where} has ${edges.length} edge(s), not two`);
    for (const edge of edges) {
      const { operation, from } = parseDartsEdge(text, where, edge, node);
      const slot = slotOf({ from, to: node });
      if (encoding[slot] !== NO_EDGE) throw invalid(text, `both edges of ${where} come from ${from}`);
      encoding[slot] = operation;
    }
  }
  return encoding;
}

function parseDartsEdge(
  text: string,
  where: string,
  edge: string,
  node: DartsNode,
): { operation: number; from: number } {
  const [, , operationName, source] = EDGE.exec(edge) ?? [];
  if (operationName === undefined)
    throw invalid(text, `an edge of ${where} must be ('operation', source), not ${edge}`);
  const operation = DARTS_OPERATIONS.indexOf(operationName as DartsOperation);
  if (operation < 0) {
    const nearest = closest(operationName, DARTS_OPERATIONS);
    throw invalid(text, `${where} has the unknown operation "${operationName}"; the nearest known one is "${nearest}"`);
  }
  const from = Number(source);
  if (from >= node) throw invalid(text, `an edge of ${where} comes from ${source}, not from 0 to ${node - 1}`);
  return { operation, from };
}
