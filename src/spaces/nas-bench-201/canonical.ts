/**
 * Which NAS-Bench-201 cells are one architecture: they compute the same function with the same parameters that can
 * be trained, so that equal initial parameters give equal losses at every step.
 *
 * A cell's value is a sum of terms. A term is the input or the result of a convolution edge, average-pooled some
 * number of times. Each convolution edge is an instance with parameters of its own, so one instance used twice is
 * not two instances used once. These identities are exact, forward and backward:
 * - `skip_connect` hands its argument on, and `none` adds no term;
 * - pooling is linear, so it pools each term; pooling nothing is nothing;
 * - an edge whose target cannot reach the output is dead: its parameters get no gradient;
 * - a convolution of nothing is the bias of its batch normalisation: a trained constant, whatever the kernel, that
 *   pooling leaves alone, since the padding is not counted;
 * - the names of instances do not matter, nor does the order of the terms.
 * A convolution of nothing but constants is kept, although batch normalisation cancels its argument: it does so only
 * up to rounding, which it then divides by the square root of its epsilon.
 */

import { permutations } from '../permutations.js';
import type { Encoding } from '../space.js';
import { EDGES, OPERATIONS, type Operation } from './cell.js';

/** `instance` indexes {@link CellValue.convolutions}; null is the cell's input. */
interface Term {
  readonly instance: number | null;
  readonly pools: number;
}

interface Convolution {
  readonly kind: Operation | 'bias';
  readonly argument: readonly Term[];
}

interface CellValue {
  /** In the order of the edges: an argument only has instances before its own. */
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
  for (const [slot, { from, to }] of EDGES.entries()) {
    const operation = OPERATIONS[encoding[slot] ?? 0] ?? 'none';
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

/** Instances that the output depends on, in the order of the edges. */
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

/** A sum's text, given the names of the instances. */
function sumText(terms: readonly Term[], names: readonly (string | number)[]): string {
  return terms
    .map(({ instance, pools }) => `${pools}${instance === null ? 'x' : names[instance]}`)
    .sort()
    .join('+');
}

/** Each instance written out in full, without identity: renaming instances cannot change it. */
function shapes(convolutions: readonly Convolution[]): string[] {
  const texts: string[] = [];
  for (const { kind, argument } of convolutions) texts.push(`${kind}(${sumText(argument, texts)})`);
  return texts;
}

/** All orders of the instances by shape, equal shapes in any order. */
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

/** The cell's text when its instances are numbered in the order given. */
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

/** A text that two cells share exactly when they are one architecture: the lowest over all namings of instances. */
export function canonicalKey(encoding: Encoding): string {
  const value = cellValue(encoding);
  const orders = ordersByShape(liveInstances(value), shapes(value.convolutions));
  return orders.map((order) => numberedText(value, order)).sort()[0] ?? '';
}

/** The lexicographically lowest encoding of each architecture, for all encodings in lexicographic order. */
export function representatives(encodings: Iterable<Encoding>): Encoding[] {
  const lowest = new Map<string, Encoding>();
  return Array.from(encodings, (encoding) => {
    const key = canonicalKey(encoding);
    const representative = lowest.get(key) ?? encoding;
    lowest.set(key, representative);
    return representative;
  });
}
