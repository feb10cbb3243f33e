import { closest } from 'fastest-levenshtein';
import type { UsageError } from '../../errors.js';
import { type Encoding, invalidGenotype } from '../space.js';
import { INNER_NODES, NB201_EDGES, NB201_OPERATIONS, type Nb201Operation } from './cell.js';

const EXAMPLE = '|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|';

function invalid(text: string, problem: string): UsageError {
  return invalidGenotype('NAS-Bench-201', text, problem, [
    `Write the six edges as in ${EXAMPLE}`,
    `The operations are ${NB201_OPERATIONS.join(', ')}.`,
  ]);
}

/** Writes the genotype as `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`. */
export function printNb201Cell(encoding: Encoding): string {
  const edges = NB201_EDGES.map(({ from, to }, slot) => ({
    to,
    text: `${NB201_OPERATIONS[encoding[slot] ?? 0]}~${from}|`,
  }));
  return INNER_NODES.map((node) => `|${edges.flatMap(({ to, text }) => (to === node ? [text] : [])).join('')}`).join(
    '+',
  );
}

function parseNb201Edge(text: string, edge: string, { from, to }: (typeof NB201_EDGES)[number]): number {
  const separator = edge.lastIndexOf('~');
  const name = separator < 0 ? edge : edge.slice(0, separator);
  const category = NB201_OPERATIONS.indexOf(name as Nb201Operation);
  if (category < 0) {
    const nearest = closest(name, NB201_OPERATIONS);
    throw invalid(
      text,
      `edge ${from}>${to} has the unknown operation "${name}"; the nearest known one is "${nearest}"`,
    );
  }
  if (separator < 0 || edge.slice(separator + 1) !== String(from)) {
    throw invalid(text, `edge ${from}>${to} must end in "~${from}", but it is "${edge}"`);
  }
  return category;
}

/**
 * The inverse of {@link printNb201Cell}. It is strict: each genotype has exactly one text.
 * @throws UsageError that names the wrong node or edge
 */
export function parseNb201Cell(text: string): Encoding {
  const nodes = text.split('+');
  if (nodes.length !== INNER_NODES.length) {
    throw invalid(text, `it has ${nodes.length} node(s) joined by "+", not ${INNER_NODES.length}`);
  }
  return INNER_NODES.flatMap((node, position) => {
    const part = nodes[position] ?? '';
    if (!/^\|.*\|$/.test(part)) throw invalid(text, `node ${node}, "${part}", must begin and end with "|"`);
    const written = part.slice(1, -1).split('|');
    const edges = NB201_EDGES.filter(({ to }) => to === node);
    if (written.length !== edges.length) {
      throw invalid(text, `node ${node} has ${written.length} edge(s), not ${edges.length}`);
    }
    return edges.map((edge, index) => parseNb201Edge(text, written[index] ?? '', edge));
  });
}
