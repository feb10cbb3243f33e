import { distance } from 'fastest-levenshtein';

/** The known name with the fewest edits to the given one, letter case aside; the first of several. */
export function nearestName(name: string, known: readonly string[]): string | null {
  return closest(known, (candidate) => edits(name, candidate));
}

/**
 * The known key that was probably meant. A right name in the wrong group (`TRAIN.BATCH_SIZE`) is nearer than a
 * similar name in the right one.
 */
export function nearestKey(key: string, known: readonly string[]): string | null {
  return closest(known, (candidate) => Math.min(edits(key, candidate), 1 + edits(leaf(key), leaf(candidate))));
}

function closest(known: readonly string[], cost: (candidate: string) => number): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const costs = cost(candidate);
    if (costs < least) {
      best = candidate;
      least = costs;
    }
  }
  return best;
}

function edits(a: string, b: string): number {
  return distance(a.toLowerCase(), b.toLowerCase());
}

function leaf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}
