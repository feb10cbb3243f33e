/** Finds the most similar known name, for suggestions in error messages. */
import { distance } from 'fastest-levenshtein';

/** The known name with the fewest edits from `name`, ignoring case; the first one of a tie. Null if `known` is empty. */
export function nearestName(name: string, known: readonly string[]): string | null {
  return closest(known, (candidate) => edits(name, candidate));
}

/**
 * A question that names the most similar known name, with a space before it. Empty when none is similar: more than half
 * of the letters would change.
 * @param quote around the name
 */
export function suggestion(name: string, known: readonly string[], quote = ''): string {
  const nearest = nearestName(name, known);
  if (nearest === null || edits(name, nearest) > Math.max(name.length, nearest.length) / 2) return '';
  return ` Did you mean ${quote}${nearest}${quote}?`;
}

/**
 * The configuration key that was probably meant. A correct name in the wrong group (`TRAIN.BATCH_SIZE`) is nearer than a
 * similar name in the correct group.
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
