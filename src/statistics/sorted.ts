/**
 * The first position of a sorted list where a condition holds, found by halving. The condition must then hold to the end.
 * @returns the length of the list when it holds nowhere
 */
export function firstIndex<T>(sorted: ArrayLike<T>, holds: (value: T) => boolean): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(sorted[middle] as T)) to = middle;
    else from = middle + 1;
  }
  return from;
}
