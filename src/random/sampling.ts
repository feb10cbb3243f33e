import type { Random } from './random.js';

/** Resolution of a weighted draw: 32 bits. */
const RESOLUTION = 2 ** 32;

/** Draws a position with a probability proportional to its weight. At least one weight must be above 0. */
export function drawWeighted(random: Random, weights: readonly number[]): number {
  let left = (random.below(RESOLUTION) / RESOLUTION) * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [position, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return position;
  }
  // Rounding has used up the sum.
  return weights.findLastIndex((weight) => weight > 0);
}

/** The items in random order; every order is equally likely (Fisher and Yates). */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(random.below(rest.length), 1));
}

/** Draws one of the items uniformly. @throws RangeError when there are no items */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random.below(Math.max(1, items.length))];
  if (item === undefined) throw new RangeError('There are no items to pick from.');
  return item;
}
