/**
 * Isomorphic cells of NAS-Bench-201: they compute the same function with the same trainable parameters, so equal
 * initial parameters give equal losses at every step.
 *
 * The value of a cell is a sum of terms. A term is the input or the result of a convolution edge, after some number of
 * average poolings. Each convolution edge is an instance with its own parameters; using one instance twice differs
 * from using two instances once. These identities are exact, forward and backward:
 * - `skip_connect` passes its argument on, and `none` adds no term.
 * - Pooling is linear: it pools each term, and pooling an empty sum gives an empty sum.
 * - An edge whose target does not reach the output is dead: its parameters get no gradient.
 * - A convolution of an empty sum is the bias of its batch normalisation: a trained constant, independent of the
 *   kernel. Pooling leaves it unchanged, since the padding is not counted.
 * - The names of instances and the order of terms do not matter.
 * A convolution whose argument is a sum of constants is kept, although batch normalisation cancels the argument: it
 * does so only up to rounding, and then divides the rounding error by the square root of its epsilon.
 */

import { permutations } from '../canonical.js';
import type { Encoding } from '../space.js';
import { NB201_EDGES, NB201_OPERATIONS, type Nb201Operation } from './cell.js';

/** `instance` is an index into {@link CellValue.convolutions}; null stands for the input of the cell. */
interface Term {
  readonly instance: number | null;
  readonly pools: number;
}

interface Convolution {
  readonly kind: Nb201Operation | 'bias';
  readonly argument: readonly Term[];
}

interface CellValue {
  /** In the order of the edges, so an argument contains only earlier instances. */
  readonly convolutions: readonly Convolution[];
  readonly output: readonly Term[];
}

function poolTerm(term: Term, convolutions: readonly Convolution[]): Term {
  const constant = term.instance !== null && convolutions[term.instance]?.kind === 'bias';
  return constant ? term : { ...term, pools: term.pools + 1 };
}

function cellValue(encoding: Encoding): CellValue {
  const convolutions: Convolution[] = [];
  const nodes: Term[][] = [[{ instance: null, pools: 0 }], [], [], []];
  for (const [slot, { from, to }] of NB201_EDGES.entries()) {
    const operation = NB201_OPERATIONS[encoding[slot] ?? 0] ?? 'none';
    const argument = nodes[from] ?? [];
    const sum = nodes[to] ?? [];
    if (operation === 'skip_connect') sum.push(...argument);
    else if (operation === 'avg_pool_3x3') sum.push(...argument.map((term) => poolTerm(term, convolutions)));
    else if (operation !== 'none') {
      sum.push({ instance: convolutions.length, pools: 0 });
      convolutions.push({ kind: argument.length === 0 ? 'bias' : operation, argument });
    }
  }
  return { convolutions, output: nodes[3] ?? [] };
}

/** The instances that the output depends on, in the order of the edges. */
function liveInstances({ convolutions, output }: CellValue): number[] {
  const live = new Set<number>();
  const visit = (terms: readonly Term[]): void => {
    for (const { instance } of terms) {
      if (instance === null || live.has(instance)) continue;
      live.add(instance);
      visit(convolutions[instance]?.argument ?? []);
    }
  };
  visit(output);
  return [...live].sort((a, b) => a - b);
}

/** Writes a sum with the given names of instances. */
function sumText(terms: readonly Term[], names: readonly (string | number)[]): string {
  return terms
    .map(({ instance, pools }) => `${pools}${instance === null ? 'x' : names[instance]}`)
    .sort()
    .join('+');
}

/** Writes each instance in full, without names, so that renaming instances does not change the text. */
function shapes(convolutions: readonly Convolution[]): string[] {
  const texts: string[] = [];
  for (const { kind, argument } of convolutions) texts.push(`${kind}(${sumText(argument, texts)})`);
  return texts;
}

/** All orders of the instances that are sorted by shape; equal shapes occur in every order. */
function ordersByShape(instances: readonly number[], shapeOf: readonly string[]): number[][] {
  const shape = (instance: number | undefined) => (instance === undefined ? '' : (shapeOf[instance] ?? ''));
  const sorted = [...instances].sort((a, b) => (shape(a) < shape(b) ? -1 : Number(shape(a) > shape(b))));
  const groups: number[][] = [];
  for (const [position, instance] of sorted.entries()) {
    if (position > 0 && shape(instance) === shape(sorted[position - 1])) groups.at(-1)?.push(instance);
    else groups.push([instance]);
  }
  if (groups.length === sorted.length) return [sorted];
  return groups
    .map(permutations)
    .reduce((orders, group) => orders.flatMap((order) => group.map((arrangement) => [...order, ...arrangement])));
}

/** Writes the cell with its instances numbered in the given order. */
function numberedText({ convolutions, output }: CellValue, order: readonly number[]): string {
  const numbers: number[] = [];
  for (const [number, instance] of order.entries()) numbers[instance] = number;
  let text = '';
  for (const instance of order) {
    const convolution = convolutions[instance];
    if (convolution !== undefined) text += `${convolution.kind}(${sumText(convolution.argument, numbers)});`;
  }
  return text + sumText(output, numbers);
}

/** A text that two cells share exactly when they are isomorphic: the lowest over all numberings of instances. */
export function canonicalKey(encoding: Encoding): string {
  const value = cellValue(encoding);
  const orders = ordersByShape(liveInstances(value), shapes(value.convolutions));
  return orders.map((order) => numberedText(value, order)).sort()[0] ?? '';
}

/** The canonical form of each encoding: its lowest isomorphic one. @param encodings all, in lexicographic order */
export function representatives(encodings: Iterable<Encoding>): Encoding[] {
  const lowest = new Map<string, Encoding>();
  return Array.from(encodings, (encoding) => {
    const key = canonicalKey(encoding);
    const representative = lowest.get(key) ?? encoding;
    lowest.set(key, representative);
    return representative;
  });
}
