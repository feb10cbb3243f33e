/**
 * The positions of the two highest values in the order of PyTorch's `topk(values, 2)` on a CPU. Ties must be broken
 * the same way, because published votes and genotypes depend on it.
 *
 * PyTorch does not specify ties. It passes short lists to `std::nth_element`, in practice quickselect: while more
 * than three entries remain, they are split around the median of their second, middle and last entries, and the part
 * with the second place is kept. An insertion sort, which keeps equal entries in order, sorts the rest.
 * @param values at least two
 */
export function topTwo(values: readonly number[]): [number, number] {
  const entries = values.map((value, position) => ({ value, position }));
  let [first, end] = [0, entries.length];
  while (end - first > MOST_SORTED) {
    const cut = split(entries, first, end);
    if (cut <= SECOND) first = cut;
    else end = cut;
  }
  const sorted = entries.slice(first, end).sort((a, b) => b.value - a.value);
  entries.splice(first, sorted.length, ...sorted);
  const [best, next] = entries;
  if (best === undefined || next === undefined) throw new RangeError(`No two of ${values.length} values.`);
  return [best.position, next.position];
}

const MOST_SORTED = 3;
const SECOND = 1;

interface IndexedValue {
  readonly value: number;
  readonly position: number;
}

function swap(entries: IndexedValue[], one: number, other: number): void {
  const [a, b] = [entries[one], entries[other]];
  if (a !== undefined && b !== undefined) [entries[one], entries[other]] = [b, a];
}

/** The position with the median value of three; equal values are compared as `std::nth_element` does. */
function medianOf(entries: readonly IndexedValue[], a: number, b: number, c: number): number {
  const higher = (one: number, other: number) => (entries[one]?.value ?? 0) > (entries[other]?.value ?? 0);
  if (higher(a, b)) {
    if (higher(b, c)) return b;
    return higher(a, c) ? c : a;
  }
  if (higher(a, c)) return a;
  return higher(b, c) ? c : b;
}

/** Moves entries above the pivot, the first entry, before the lower ones. Returns where the lower ones begin. */
function split(entries: IndexedValue[], first: number, end: number): number {
  swap(entries, first, medianOf(entries, first + 1, first + ((end - first) >> 1), end - 1));
  const pivot = entries[first]?.value ?? 0;
  const valueAt = (position: number) => entries[position]?.value ?? pivot;
  let [low, high] = [first + 1, end];
  for (;;) {
    while (valueAt(low) > pivot) low += 1;
    high -= 1;
    while (pivot > valueAt(high)) high -= 1;
    if (low >= high) return low;
    swap(entries, low, high);
    low += 1;
  }
}
