/** Where a value stands among those of a fixed set. */

interface Knot {
  /** Lower is better. */
  readonly value: number;
  readonly rank: number;
}

/** Better than all is better than the first rank by less than so much, and worse than all worse than the last. */
const HALF = 0.5;

/**
 * The rank of any value against a reference set: 1 is the best of it, equal ones share the mean of their ranks, and
 * values between two of them have ranks between theirs. Values beyond its ends are told apart, too, by ranks that
 * approach 0.5 and that of the worst number + 0.5. What is no number ranks behind every number.
 * @param reference null where there is no finite number
 * @returns ranks above 0 and up to the size of the reference + 0.5; they never fall as values become worse
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

/** Each distinct value with the mean rank of those equal to it. @param sorted best first */
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
  // Nothing to go by.
  if (best === undefined || poorest === undefined) return worst;
  const middle = knots[Math.floor(knots.length / 2)] ?? best;
  if (value < best.value) return best.rank - (best.rank - HALF) * beyond(value, best.value, middle.value);
  if (value > poorest.value) return poorest.rank + (worst - poorest.rank) * beyond(value, poorest.value, middle.value);
  const next = knots[firstFrom(knots, value)] ?? poorest;
  const previous = knots[firstFrom(knots, value) - 1] ?? next;
  return next.value === value ? next.rank : between(previous, next, value);
}

/** Index of the first knot whose value is not below the given one. */
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
  // The smallest numbers there are have no quarters.
  const share = width > 0 ? distance(value, previous.value) / width : HALF;
  return previous.rank + (next.rank - previous.rank) * share;
}

/** How far a value lies beyond an end, from 0 to 1: half of it is as far as the middle lies on the other side. */
function beyond(value: number, end: number, middle: number): number {
  const far = distance(value, end);
  return far / (far + (distance(middle, end) || distance(end, 0) || distance(1, 0)));
}

/** A quarter of it, so that sums of two are finite however large the numbers are. */
function distance(a: number, b: number): number {
  return Math.abs(a / 4 - b / 4);
}
