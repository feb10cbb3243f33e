import type { Random } from '../random/random.js';
import type { Encoding, Space } from '../spaces/space.js';

/** Draws per genotype of the space without anything new, after which the space counts as exhausted: the chance that
 * a uniform draw missed one that was left is e^-64. The one space that is not drawn from uniformly is too large to end. */
const PATIENCE = 64;

/** Proposals in a row that are all known, after which what makes them counts as stuck. */
const TRIES = 64;

/** What two encodings share exactly when they are equal. */
export function encodingKey(encoding: Encoding): string {
  return encoding.join(',');
}

export function keysOf(architectures: readonly { readonly encoding: Encoding }[]): Set<string> {
  return new Set(architectures.map(({ encoding }) => encodingKey(encoding)));
}

/** Genotypes drawn as the space draws them, without replacement, until it has none left. */
export function* drawDistinct(space: Space, random: Random): Generator<Encoding, void> {
  const drawn = new Set<string>();
  for (let misses = 0; drawn.size < space.size && misses < PATIENCE * space.size; misses += 1) {
    const encoding = space.sample(random);
    const key = encodingKey(encoding);
    if (drawn.has(key)) continue;
    drawn.add(key);
    misses = 0;
    yield encoding;
  }
}

/** The first of a stream, fewer where it ends. */
export function take<T>(stream: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  if (count < 1) return taken;
  for (const item of stream) {
    taken.push(item);
    if (taken.length >= count) break;
  }
  return taken;
}

/**
 * The genotypes among `count` distinct random ones that are not in `known`. When they are fewer than `wanted`,
 * drawing goes on until there are as many, or the space has none left.
 */
export function drawUnknown(
  stream: Iterable<Encoding>,
  options: { readonly count: number; readonly wanted: number; readonly known: ReadonlySet<string> },
): Encoding[] {
  const unknown: Encoding[] = [];
  let drawn = 0;
  for (const encoding of stream) {
    drawn += 1;
    if (!options.known.has(encodingKey(encoding))) unknown.push(encoding);
    if (drawn >= options.count && unknown.length >= options.wanted) break;
  }
  return unknown;
}

/**
 * `wanted` genotypes that are not in the history, each once: those that `propose` comes up with, and once it has
 * come up with nothing new for long, random ones; fewer where the space has no more.
 */
export function proposeNew(
  propose: () => Encoding,
  options: {
    readonly space: Space;
    readonly random: Random;
    readonly history: readonly { readonly encoding: Encoding }[];
    readonly wanted: number;
  },
): Encoding[] {
  const { space, random, history, wanted } = options;
  const known = keysOf(history);
  const proposals: Encoding[] = [];
  for (let misses = 0; proposals.length < wanted && misses < TRIES; misses += 1) {
    const encoding = propose();
    const key = encodingKey(encoding);
    if (known.has(key)) continue;
    known.add(key);
    proposals.push(encoding);
    misses = 0;
  }
  const missing = wanted - proposals.length;
  if (missing === 0) return proposals;
  return [...proposals, ...drawUnknown(drawDistinct(space, random), { count: 1, wanted: missing, known })];
}
