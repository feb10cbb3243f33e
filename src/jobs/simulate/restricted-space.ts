/** A space restricted to the architectures of a table, with a count of the draws and neighbours outside of it. */
import type { Random } from '../../random/random.js';
import type { Encoding, Space } from '../../spaces/space.js';

/** Draws in a row outside of the part, after which the draw is given up. */
const MOST_DRAWS = 100_000;

export interface RestrictedSpace {
  /** Proposes only architectures of the part. Answers are not restricted. */
  readonly space: Space;
  /** Draws and neighbours that were left out so far. */
  readonly refused: () => number;
}

/** The part of a space at some moment. */
export interface SpacePart {
  has(encoding: Encoding): boolean;
  /** All of the part, to draw from; undefined if a draw from the whole space is to be repeated instead. */
  readonly list: readonly Encoding[] | undefined;
}

/**
 * Restricts what a strategy can propose: draws are in the part, and neighbours outside of it are left out. Where no
 * neighbour is left, the nearest of the part take their place.
 * @param part at this moment
 * @param size genotypes in the part
 */
export function restrictSpace(space: Space, part: () => SpacePart, size: number): RestrictedSpace {
  let refused = 0;
  const isKnown = (encoding: Encoding): boolean => {
    const known = part().has(encoding);
    if (!known) refused += 1;
    return known;
  };
  const restricted: Space = {
    ...methodsOf(space),
    size,
    sample(random: Random): Encoding {
      const { list } = part();
      if (list !== undefined && list.length > 0) return list[random.below(list.length)] as Encoding;
      let encoding = space.sample(random);
      for (let draws = 1; !isKnown(encoding) && draws < MOST_DRAWS; draws += 1) encoding = space.sample(random);
      return encoding;
    },
    neighbours(encoding) {
      const known = space.neighbours(encoding).filter(isKnown);
      return known.length > 0 ? known : nearestTo(encoding, part().list ?? []);
    },
  };
  return { space: restricted, refused: () => refused };
}

/** Those of the list that differ in the fewest slots, and at least in one. */
function nearestTo(encoding: Encoding, list: readonly Encoding[]): Encoding[] {
  const distanceOf = (other: Encoding) => other.filter((category, slot) => category !== encoding[slot]).length;
  const distances = list.map(distanceOf);
  const least = distances.reduce((a, b) => (b > 0 && b < a ? b : a), Number.POSITIVE_INFINITY);
  return list.filter((_, index) => distances[index] === least);
}

/** All properties, also those of a class. */
function methodsOf(space: Space): Space {
  const { name, slots, features, size, trees, voteMethods } = space;
  return {
    ...{ name, slots, features, size, trees, voteMethods },
    sample: (random) => space.sample(random),
    conditionalWeights: (before) => space.conditionalWeights(before),
    neighbours: (encoding) => space.neighbours(encoding),
    print: (encoding) => space.print(encoding),
    parse: (text) => space.parse(text),
    canonical: (encoding) => space.canonical(encoding),
    vote: (voters, rules) => space.vote(voters, rules),
  };
}

/**
 * Remembers texts and canonical forms. Thousands of searches ask for the same ones, and finding a canonical form takes
 * most of their time.
 */
export function rememberForms(space: Space): Space {
  const canonicals = new Map<string, Encoding>();
  const texts = new Map<string, string>();
  const parsed = new Map<string, Encoding>();
  const remembered = <Key, Value>(map: Map<Key, Value>, key: Key, compute: () => Value): Value => {
    const known = map.get(key);
    if (known !== undefined) return known;
    const value = compute();
    map.set(key, value);
    return value;
  };
  return {
    ...methodsOf(space),
    canonical: (encoding) => remembered(canonicals, encoding.join(), () => space.canonical(encoding)),
    print: (encoding) => remembered(texts, encoding.join(), () => space.print(encoding)),
    parse: (text) => remembered(parsed, text, () => space.parse(text)),
  };
}
