import { firstIndex } from './sorted.js';

/**
 * The place of each value among the distinct values, 0 for the lowest. Equal values share a place.
 * @param values none NaN; infinities are allowed
 * @throws RangeError for NaN
 */
export function denseRanks(values: ArrayLike<number>): Int32Array {
  const sorted = Float64Array.from(values, withoutSign).sort();
  const distinct = sorted.filter((value, index) => value !== sorted[index - 1]);
  return Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) throw new RangeError('NaN has no rank.');
    return firstIndex(distinct, (other) => other >= value);
  });
}

/** Makes -0 equal to 0. */
function withoutSign(value: number): number {
  return value === 0 ? 0 : value;
}

/**
 * The rank of each value, 1 for the lowest. Equal values share the mean of their ranks, as in scipy's `rankdata`.
 * @param places from {@link denseRanks}, all or some of them
 */
export function midranks(places: Int32Array): Float64Array {
  const counts = tally(places);
  const rankOf = new Float64Array(counts.length);
  let below = 0;
  counts.forEach((count, place) => {
    rankOf[place] = below + (count + 1) / 2;
    below += count;
  });
  return Float64Array.from(places, (place) => rankOf[place] ?? Number.NaN);
}

/** Number of values at each place. */
export function tally(places: Int32Array): Int32Array {
  const counts = new Int32Array(placesOf(places));
  for (const place of places) counts[place] = (counts[place] ?? 0) + 1;
  return counts;
}

/** The highest place plus 1; 0 for no places. */
export function placesOf(places: Int32Array): number {
  return places.reduce((most, place) => Math.max(most, place), -1) + 1;
}
