import type { Random } from './random.js';

/** Numbers that a weighted draw tells apart: as many as a draw of 32 bits. */
const RESOLUTION = 2 ** 32;

/** A position, with a probability in proportion to its weight. At least one weight must be above 0. */
export function drawWeighted(random: Random, weights: readonly number[]): number {
  let left = (random.below(RESOLUTION) / RESOLUTION) * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [position, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return position;
  }
  // Rounding used up the sum.
  return weights.findLastIndex((weight) => weight > 0);
}

/** The items in a random order, each as likely as the others (Fisher and Yates). */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(random.below(rest.length), 1));
}

/** One of the items, each as likely as the others; of none it throws a RangeError. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random.below(Math.max(1, items.length))];
  if (item === undefined) throw new RangeError('There is nothing to pick from.');
  return item;
}
