import { closest } from 'fastest-levenshtein';
import type { UsageError } from '../../errors.js';
import { invalidGenotype } from '../invalid-genotype.js';
import type { Encoding } from '../space.js';
import { EDGES, INNER_NODES, OPERATIONS, type Operation } from './cell.js';

const EXAMPLE = '|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|';

function invalid(text: string, problem: string): UsageError {
  return invalidGenotype('NAS-Bench-201', text, problem, [
    `Write the six edges as in ${EXAMPLE}`,
    `The operations are ${OPERATIONS.join(', ')}.`,
  ]);
}

/** The genotype's text: `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`. */
export function printCell(encoding: Encoding): string {
  const edges = EDGES.map(({ from, to }, slot) => ({ to, text: `${OPERATIONS[encoding[slot] ?? 0]}~${from}|` }));
  return INNER_NODES.map((node) => `|${edges.flatMap(({ to, text }) => (to === node ? [text] : [])).join('')}`).join(
    '+',
  );
}

function parseEdge(text: string, edge: string, { from, to }: (typeof EDGES)[number]): number {
  const separator = edge.lastIndexOf('~');
  const name = separator < 0 ? edge : edge.slice(0, separator);
  const category = OPERATIONS.indexOf(name as Operation);
  if (category < 0) {
    const nearest = closest(name, OPERATIONS);
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
 * The inverse of {@link printCell}; strict, so that a genotype has one text only.
 * @throws UsageError that names the node or the edge which is wrong.
 */
export function parseCell(text: string): Encoding {
  const nodes = text.split('+');
  if (nodes.length !== INNER_NODES.length) {
    throw invalid(text, `it has ${nodes.length} node(s) joined by "+", not ${INNER_NODES.length}`);
  }
  return INNER_NODES.flatMap((node, position) => {
    const part = nodes[position] ?? '';
    if (!/^\|.*\|$/.test(part)) throw invalid(text, `node ${node}, "${part}", must begin and end with "|"`);
    const written = part.slice(1, -1).split('|');
    const edges = EDGES.filter(({ to }) => to === node);
    if (written.length !== edges.length) {
      throw invalid(text, `node ${node} has ${written.length} edge(s), not ${edges.length}`);
    }
    return edges.map((edge, index) => parseEdge(text, written[index] ?? '', edge));
  });
}
