/** The number of architectures of a space with conditional slots. */
import { createRandom } from '../../random/random.js';
import type { Encoding } from '../space.js';
import { type PlacedSlot, possibleCategories } from './conditions.js';

/** Above this number of combinations that later conditions depend on, the size is estimated. */
const MOST_STATES = 4096;
const WALKS = 1000;

/**
 * The number of encodings in which exactly the slots exist whose conditions hold. It is exact unless conditions depend
 * on more than 4096 combinations of choices.
 */
export function countArchitectures(slots: readonly PlacedSlot[]): number {
  // Counts of the encodings so far, by the categories that later conditions read.
  let counts = new Map<string, { readonly encoding: Encoding; readonly count: number }>([
    ['', { encoding: [], count: 1 }],
  ]);
  for (const [index, slot] of slots.entries()) {
    const read = new Set(slots.slice(index + 1).flatMap(({ needs }) => needs.map((need) => need.slot)));
    const next = new Map<string, { readonly encoding: Encoding; readonly count: number }>();
    for (const { encoding, count } of counts.values()) {
      for (const category of possibleCategories(slot, encoding)) {
        const longer = [...encoding, category];
        const key = longer.map((one, place) => (read.has(place) ? one : '')).join();
        next.set(key, { encoding: longer, count: count + (next.get(key)?.count ?? 0) });
      }
    }
    if (next.size > MOST_STATES) return estimateArchitectures(slots);
    counts = next;
  }
  return [...counts.values()].reduce((sum, { count }) => sum + count, 0);
}

/**
 * The mean over random walks of the product of the possible categories, whose expectation is the number. Source: Knuth,
 * Estimating the efficiency of backtrack programs, 1975.
 */
function estimateArchitectures(slots: readonly PlacedSlot[]): number {
  const random = createRandom(0, 'size of a space', 0);
  let sum = 0;
  for (let walk = 0; walk < WALKS; walk += 1) {
    const encoding: number[] = [];
    let product = 1;
    for (const slot of slots) {
      const possible = possibleCategories(slot, encoding);
      product *= possible.length;
      encoding.push(possible[random.below(possible.length)] ?? 0);
    }
    sum += product;
  }
  return Math.round(sum / WALKS);
}
