/** The notation that the texts of searched and of relaxed cells share: four fields, lists of edges, lists of nodes. */
import { closest } from 'fastest-levenshtein';
import type { UsageError } from '../../errors.js';
import { invalidGenotype } from '../space.js';
import { DARTS_NODES, DARTS_OPERATIONS } from './cell.js';

export const DARTS_CONCAT = `[${DARTS_NODES.join(', ')}]`;
const EXAMPLE_CELL =
  "[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 1), " +
  "('skip_connect', 0), ('dil_conv_3x3', 2), ('skip_connect', 0), ('max_pool_3x3', 1)]";

const FIELDS = ['normal', 'normal_concat', 'reduce', 'reduce_concat'] as const;
const FIELD = new RegExp(`(?:^|,)(${FIELDS.join('|')})=`);
/** FairDARTS also writes the node that the edge leads to. */
const EDGE = /^\((['"])(.*)\1,(\d{1,3})(?:,(\d{1,3}))?\)$/;

export type DartsFields = Record<(typeof FIELDS)[number], string>;

export function dartsText(
  normal: string,
  reduce = normal,
  normalConcat = DARTS_CONCAT,
  reduceConcat = DARTS_CONCAT,
): string {
  return `Genotype(normal=${normal}, normal_concat=${normalConcat}, reduce=${reduce}, reduce_concat=${reduceConcat})`;
}

export function invalidDarts(text: string, problem: string): UsageError {
  return invalidGenotype('DARTS', text, problem, [
    `Write it as in ${dartsText(EXAMPLE_CELL)}`,
    `The operations are ${DARTS_OPERATIONS.join(', ')}.`,
    "A cell has four nodes with two edges each. An edge is ('operation', source). The output joins all four nodes.",
    'Other cells can be retrained and scored: any number of nodes and edges, also sep_conv_7x7 and conv_7x1_1x7.',
  ]);
}

/** The four fields without spaces, in whatever order they are written. */
export function readDartsFields(text: string): DartsFields {
  if (text !== text.trim()) throw invalidDarts(text, 'there is space before or after it');
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
    throw invalidDarts(text, 'it must be Genotype(normal=…, normal_concat=…, reduce=…, reduce_concat=…)');
  }
  return fields as DartsFields;
}

/** The items of a list without spaces: a list of edges, or a list of such lists. */
export function readDartsList(list: string): { readonly nested: string[][] } | { readonly flat: string[] } {
  const edgesIn = (items: string) => (items === '' ? [] : items.split(/(?<=\)),(?=\()/));
  const inner = list.slice(1, -1);
  return inner.startsWith('[') ? { nested: inner.slice(1, -1).split('],[').map(edgesIn) } : { flat: edgesIn(inner) };
}

/** An edge as it is written: `('operation', number)` or `('operation', number, number)`. */
export interface WrittenEdge {
  readonly operation: string;
  readonly numbers: readonly number[];
}

/** @param where the place of the edge, for messages: `node 2 of normal` */
export function readDartsEdge(text: string, where: string, edge: string, operations: readonly string[]): WrittenEdge {
  const [, , operation, first, second] = EDGE.exec(edge) ?? [];
  if (operation === undefined)
    throw invalidDarts(text, `an edge of ${where} must be ('operation', source), not ${edge}`);
  if (!operations.includes(operation)) {
    const nearest = closest(operation, operations);
    throw invalidDarts(
      text,
      `${where} has the unknown operation "${operation}"; the nearest known one is "${nearest}"`,
    );
  }
  return { operation, numbers: [first, second].flatMap((number) => (number === undefined ? [] : [Number(number)])) };
}
