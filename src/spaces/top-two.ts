/**
 * The positions of the two highest values as PyTorch's `topk(values, 2)` answers them on a CPU, so that ties fall as
 * they fell in the published votes and as they stand in published genotypes.
 *
 * PyTorch leaves ties open and hands so short a list to `std::nth_element`, in practice to quickselect: while more
 * than three entries are in question, split them around the median of their second, middle and last entries and keep
 * the part with the second place; sort what is left by insertion, which keeps equal entries in order.
 * @param values at least two.
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

interface Entry {
  readonly value: number;
  readonly position: number;
}

function swap(entries: Entry[], one: number, other: number): void {
  const [a, b] = [entries[one], entries[other]];
  if (a !== undefined && b !== undefined) [entries[one], entries[other]] = [b, a];
}

/** Of three positions the one with the median value; of equal ones as `std::nth_element` compares them. */
function medianOf(entries: readonly Entry[], a: number, b: number, c: number): number {
  const higher = (one: number, other: number) => (entries[one]?.value ?? 0) > (entries[other]?.value ?? 0);
  if (higher(a, b)) {
    if (higher(b, c)) return b;
    return higher(a, c) ? c : a;
  }
  if (higher(a, c)) return a;
  return higher(b, c) ? c : b;
}

/** Brings entries higher than a pivot, which comes first, before lower ones, and answers where the others begin. */
function split(entries: Entry[], first: number, end: number): number {
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
