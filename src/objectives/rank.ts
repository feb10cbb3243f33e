/** Ranks of values against a fixed reference set. */

interface Knot {
  /** Lower is better. */
  readonly value: number;
  readonly rank: number;
}

/** A value beyond the best or worst of the set gets a rank that differs from theirs by less than this. */
const HALF = 0.5;

/**
 * Ranks values against a reference set. The best of the set has rank 1, equal values share the mean of their ranks,
 * and a value between two others has a rank between theirs. Beyond the ends of the set, ranks still differ: they
 * approach 0.5 at one end and the rank of the worst number plus 0.5 at the other. A value without a number ranks last.
 * @param reference null where there is no finite number
 * @returns a function from values to ranks above 0 and up to the size of the reference + 0.5; worse values never have
 *   lower ranks
 */
export function rankAgainst(
  reference: readonly (number | null)[],
  direction: 'higher' | 'lower',
): (value: number | null) => number {
  const sign = direction === 'lower' ? 1 : -1;
  const numbers = reference.flatMap((value) => (isNumber(value) ? [sign * value] : []));
  const knots = knotsOf(numbers.sort((a, b) => a - b));
  const last = reference.length + HALF;
  return (value) => (isNumber(value) ? rankAmong(knots, sign * value, numbers.length + HALF) : last);
}

function isNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

/** Each distinct value with the mean rank of its occurrences. @param sorted best first */
function knotsOf(sorted: readonly number[]): Knot[] {
  const knots: Knot[] = [];
  let before = 0;
  for (const [index, value] of sorted.entries()) {
    if (value === sorted[index + 1]) continue;
    knots.push({ value, rank: (before + 1 + index + 1) / 2 });
    before = index + 1;
  }
  return knots;
}

function rankAmong(knots: readonly Knot[], value: number, worst: number): number {
  const best = knots[0];
  const poorest = knots.at(-1);
  // The reference has no numbers.
  if (best === undefined || poorest === undefined) return worst;
  const middle = knots[Math.floor(knots.length / 2)] ?? best;
  if (value < best.value) return best.rank - (best.rank - HALF) * beyond(value, best.value, middle.value);
  if (value > poorest.value) return poorest.rank + (worst - poorest.rank) * beyond(value, poorest.value, middle.value);
  const next = knots[firstFrom(knots, value)] ?? poorest;
  const previous = knots[firstFrom(knots, value) - 1] ?? next;
  return next.value === value ? next.rank : between(previous, next, value);
}

/** Index of the first knot whose value is at least the given one. */
function firstFrom(knots: readonly Knot[], value: number): number {
  let low = 0;
  let high = knots.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((knots[middle] as Knot).value < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function between(previous: Knot, next: Knot, value: number): number {
  const width = distance(next.value, previous.value);
  // The distance of the smallest numbers rounds to 0.
  const share = width > 0 ? distance(value, previous.value) / width : HALF;
  return previous.rank + (next.rank - previous.rank) * share;
}

/** How far a value lies beyond an end, from 0 to 1. It is 0.5 at the distance of the middle from that end. */
function beyond(value: number, end: number, middle: number): number {
  const far = distance(value, end);
  return far / (far + (distance(middle, end) || distance(end, 0) || distance(1, 0)));
}

/** A quarter of the distance, so that the sum of two distances is finite even for the largest numbers. */
function distance(a: number, b: number): number {
  return Math.abs(a / 4 - b / 4);
}
