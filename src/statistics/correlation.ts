import { denseRanks, midranks, placesOf, tally } from './ranks.js';

/**
 * A rank correlation of paired places from {@link denseRanks}; both sides may be the same subset of pairs.
 * @returns from -1 to 1; null when one side has fewer than two different places, so there is no order to compare
 */
export type RankCorrelation = (xs: Int32Array, ys: Int32Array) => number | null;

/**
 * Kendall's τ-b: the number of pairs in the same order minus those in the opposite order, divided by the geometric mean
 * of the numbers of pairs that each side does not tie. Takes O(n log n) time by the algorithm of Knight (1966).
 */
export const kendallOfRanks: RankCorrelation = (xs, ys) => {
  const limit = placesOf(ys);
  // Sorted by x, then by y, so pairs tied in x do not count as being in opposite order.
  const keys = Float64Array.from(xs, (x, index) => x * limit + (ys[index] ?? 0)).sort();
  const all = pairs(xs.length);
  const untiedX = all - tiedPairs(xs);
  const untiedY = all - tiedPairs(ys);
  if (untiedX === 0 || untiedY === 0) return null;
  const tiedInBoth = pairsInRuns(keys);
  const balance = untiedX + untiedY - all + tiedInBoth - 2 * inversions(keys, limit);
  return clamp(balance / Math.sqrt(untiedX * untiedY));
};

/** Spearman's ρ: Pearson's correlation of the ranks; tied values share the mean of their ranks. */
export const spearmanOfRanks: RankCorrelation = (xs, ys) => {
  const middle = (xs.length + 1) / 2;
  const [ranksX, ranksY] = [midranks(xs), midranks(ys)];
  let product = 0;
  let squareX = 0;
  let squareY = 0;
  ranksX.forEach((rank, index) => {
    const x = rank - middle;
    const y = (ranksY[index] ?? middle) - middle;
    product += x * y;
    squareX += x * x;
    squareY += y * y;
  });
  return squareX === 0 || squareY === 0 ? null : clamp(product / Math.sqrt(squareX * squareY));
};

/**
 * Kendall's τ-b of paired values.
 * @param ys as many as xs; infinities are allowed, NaN is not
 * @returns null when one side is constant
 */
export function kendall(xs: ArrayLike<number>, ys: ArrayLike<number>): number | null {
  return correlate(kendallOfRanks, xs, ys);
}

/** Spearman's ρ of paired values; see {@link kendall}. */
export function spearman(xs: ArrayLike<number>, ys: ArrayLike<number>): number | null {
  return correlate(spearmanOfRanks, xs, ys);
}

function correlate(correlation: RankCorrelation, xs: ArrayLike<number>, ys: ArrayLike<number>): number | null {
  if (xs.length !== ys.length) throw new RangeError(`${xs.length} values cannot be paired with ${ys.length}.`);
  return correlation(denseRanks(xs), denseRanks(ys));
}

const pairs = (count: number) => (count * (count - 1)) / 2;

function tiedPairs(places: Int32Array): number {
  return tally(places).reduce((total, count) => total + pairs(count), 0);
}

/** Number of pairs of equal numbers in a sorted list. */
function pairsInRuns(sorted: Float64Array): number {
  let total = 0;
  let run = 0;
  sorted.forEach((key, index) => {
    run = key === sorted[index - 1] ? run + 1 : 0;
    total += run;
  });
  return total;
}

/** Number of pairs in which the first y is greater. The y of a key is its remainder modulo `limit`. */
function inversions(keys: Float64Array, limit: number): number {
  // Fenwick tree that counts the ys so far.
  const tree = new Int32Array(limit + 1);
  let total = 0;
  keys.forEach((key, before) => {
    const node = (key % limit) + 1;
    let notGreater = 0;
    for (let at = node; at > 0; at -= at & -at) notGreater += tree[at] ?? 0;
    for (let at = node; at <= limit; at += at & -at) tree[at] = (tree[at] ?? 0) + 1;
    total += before - notGreater;
  });
  return total;
}

/** Rounding may exceed the ends slightly. */
function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
