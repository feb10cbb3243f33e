/** Drawing architectures from a space without repetition. */
import { createRandom, type Random } from '../random/random.js';
import type { Encoding, Space } from '../spaces/space.js';
import { Fold } from './fold.js';
import type { Observation } from './strategy.js';

/**
 * Known draws in a row, per genotype of the space, after which the space counts as exhausted. A uniform draw misses
 * a remaining genotype that long with probability e^-64. `proxyless` is not drawn uniformly, but is far too large
 * to be exhausted.
 */
const KNOWN_DRAWS_PER_GENOTYPE = 64;

/** Known proposals in a row after which the proposing function counts as stuck. */
const KNOWN_PROPOSALS = 64;

/** A text that two encodings share exactly when they are equal. */
export function encodingKey(encoding: Encoding): string {
  return encoding.join(',');
}

const observedKeys = new Fold<Set<string>>(
  () => new Set(),
  (keys, { encoding }) => keys.add(encodingKey(encoding)),
);

/** The keys of a history. A later turn, whose history is longer, adds its keys to the same set. */
export function keysOf(history: readonly Observation[]): ReadonlySet<string> {
  return observedKeys.of(history);
}

/** Draws genotypes with `space.sample`, each once, until the space is exhausted. */
export function* drawDistinct(space: Space, random: Random): Generator<Encoding, void> {
  const drawn = new Set<string>();
  for (let misses = 0; drawn.size < space.size && misses < KNOWN_DRAWS_PER_GENOTYPE * space.size; misses += 1) {
    const encoding = space.sample(random);
    const key = encodingKey(encoding);
    if (drawn.has(key)) continue;
    drawn.add(key);
    misses = 0;
    yield encoding;
  }
}

/** The first `count` items of a stream; fewer when it ends earlier. */
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
 * The next random architectures of a warm-up. All strategies with the same seed share this sequence.
 * @param have architectures of the sequence that are in the history
 * @param count architectures to add; the result is shorter when the space has no more
 */
export function warmUpProposals(space: Space, seed: number, have: number, count: number): Encoding[] {
  const known = warmUps.get(space);
  const { drawn, stream } = known?.seed === seed ? known : beginWarmUp(space, seed);
  while (drawn.length < have + count) {
    const next = stream.next();
    if (next.done) break;
    drawn.push(next.value);
  }
  return drawn.slice(have, have + count);
}

/** A sequence as far as it has been drawn. A random search asks for its next part in each turn. */
interface WarmUp {
  readonly seed: number;
  readonly stream: Generator<Encoding, void>;
  readonly drawn: Encoding[];
}

/** The sequence of each space that was asked for last. */
const warmUps = new WeakMap<Space, WarmUp>();

function beginWarmUp(space: Space, seed: number): WarmUp {
  const begun = { seed, stream: drawDistinct(space, createRandom(seed, 'warm-up', 0)), drawn: [] };
  warmUps.set(space, begun);
  return begun;
}

/**
 * Takes `count` genotypes from a stream of distinct ones and returns those that are not in `known`. If fewer than
 * `wanted` remain, it takes more until there are as many or the stream ends.
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
 * Calls `propose` until there are `wanted` distinct genotypes that are not in the history. When it keeps proposing
 * known ones, random genotypes fill the rest.
 * @returns fewer than `wanted` when the space has no more
 */
export function proposeNew(
  propose: () => Encoding,
  options: {
    readonly space: Space;
    readonly random: Random;
    readonly history: readonly Observation[];
    readonly wanted: number;
  },
): Encoding[] {
  const { space, random, history, wanted } = options;
  const known = keysOf(history);
  const proposals = new Map<string, Encoding>();
  for (let misses = 0; proposals.size < wanted && misses < KNOWN_PROPOSALS; misses += 1) {
    const encoding = propose();
    const key = encodingKey(encoding);
    if (known.has(key) || proposals.has(key)) continue;
    proposals.set(key, encoding);
    misses = 0;
  }
  const missing = wanted - proposals.size;
  if (missing === 0) return [...proposals.values()];
  const taken = new Set([...known, ...proposals.keys()]);
  const others = drawUnknown(drawDistinct(space, random), { count: 1, wanted: missing, known: taken });
  return [...proposals.values(), ...others];
}
