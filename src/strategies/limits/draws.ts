/** Draws from the part of a space that is within limits. */
import { createRandom, type Random } from '../../random/random.js';
import type { Encoding, Space } from '../../spaces/space.js';
import { drawDistinct, encodingKey, keysOf } from '../draw.js';
import { type Draws, freeDraws, type NewOnes } from '../draws.js';
import type { Constraint } from './constraint.js';
import { nearestWithin } from './nearest.js';

/**
 * How long to draw by rejection. `chunk`: architectures whose costs are asked for at once. `misses`: draws in a row over
 * the limits, after which each chunk gives the nearest architecture within them instead. `fruitless`: chunks in a row
 * that give nothing new, after which the space counts as exhausted.
 */
const COUNTING = { chunk: 64, misses: 256, fruitless: 16 };
/** The same where a draw may take a measurement. */
const MEASURING = { chunk: 16, misses: 32, fruitless: 8 };
/** Spaces up to this size are drawn to their end before they count as exhausted, unless that takes measurements. */
const SMALL_SPACE = 20_000;
/** Draws for each candidate wanted, after which fewer candidates suffice. */
const DRAWS_PER_CANDIDATE = 16;
/** Proposals in a row that are known or over the limits, after which the proposing function counts as stuck. */
const MOST_MISSED_PROPOSALS = 256;
/** Proposals whose costs are asked for at once. */
const PROPOSALS_AT_ONCE = 16;

/** @param constraint left out when every architecture of the space is allowed */
export function drawsFrom(space: Space, constraint: Constraint | undefined): Draws {
  return constraint === undefined ? freeDraws(space) : new LimitedDraws(constraint);
}

/** The number of architectures that a stream has drawn. */
interface Drawn {
  count: number;
}

/**
 * Distinct random architectures within the limits, first by rejection. Where they are rare, the nearest ones to the
 * architectures drawn.
 */
export async function* drawWithin(
  constraint: Constraint,
  random: Random,
  drawn: Drawn = { count: 0 },
): AsyncGenerator<Encoding, void> {
  const { space, measures } = constraint;
  const patience = measures ? MEASURING : COUNTING;
  const isSmall = space.size <= SMALL_SPACE && !measures;
  const yielded = new Set<string>();
  let misses = 0;
  let fruitless = 0;
  for (const chunk of chunksOf(drawDistinct(space, random), patience.chunk)) {
    drawn.count += chunk.length;
    const usages = await constraint.countedUsage(chunk);
    for (const [index, encoding] of chunk.entries()) {
      misses += 1;
      if ((usages[index] ?? 0) > 1 || (measures && !(await constraint.admits(encoding)))) continue;
      misses = 0;
      if (isNew(encoding, yielded)) yield encoding;
    }
    if (misses < patience.misses) continue;
    const nearest = await nearestWithin(lowestOf(chunk, usages), constraint);
    fruitless += 1;
    if (nearest !== undefined && isNew(nearest, yielded)) {
      fruitless = 0;
      yield nearest;
    }
    if (fruitless >= patience.fruitless && !isSmall) return;
  }
}

/** Whether the architecture is not in the set yet; it is then. */
function isNew(encoding: Encoding, known: Set<string>): boolean {
  const key = encodingKey(encoding);
  if (known.has(key)) return false;
  known.add(key);
  return true;
}

function lowestOf(encodings: readonly Encoding[], usages: readonly number[]): Encoding {
  const lowest = usages.reduce((best, usage, index) => (usage < (usages[best] ?? usage) ? index : best), 0);
  return encodings[lowest] ?? [];
}

function* chunksOf<T>(stream: Iterable<T>, size: number): Generator<T[], void> {
  let chunk: T[] = [];
  for (const item of stream) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

class LimitedDraws implements Draws {
  readonly #constraint: Constraint;
  /** By seed. Keeps the beginning of a sequence that is a function of the seed and the costs. */
  readonly #warmUps = new Map<number, Sequence>();

  constructor(constraint: Constraint) {
    this.#constraint = constraint;
  }

  async warmUp(seed: number, have: number, count: number): Promise<Encoding[]> {
    const begun = this.#warmUps.get(seed);
    const sequence = begun ?? new Sequence(drawWithin(this.#constraint, createRandom(seed, 'warm-up', 0)));
    // An error ends the sequence, so a failed one is not kept.
    this.#warmUps.delete(seed);
    const drawn = await sequence.slice(have, have + Math.max(0, count));
    this.#warmUps.set(seed, sequence);
    return drawn;
  }

  async candidates(
    random: Random,
    { count, wanted, known }: { readonly count: number; readonly wanted: number; readonly known: ReadonlySet<string> },
  ): Promise<Encoding[]> {
    const drawn: Drawn = { count: 0 };
    const unknown: Encoding[] = [];
    let within = 0;
    for await (const encoding of drawWithin(this.#constraint.counted, random, drawn)) {
      within += 1;
      if (!known.has(encodingKey(encoding))) unknown.push(encoding);
      if (unknown.length >= wanted && (within >= count || drawn.count >= DRAWS_PER_CANDIDATE * count)) break;
    }
    return unknown;
  }

  async unknown(random: Random, wanted: number, known: ReadonlySet<string>): Promise<Encoding[]> {
    const unknown: Encoding[] = [];
    if (wanted < 1) return unknown;
    for await (const encoding of drawWithin(this.#constraint, random)) {
      if (!known.has(encodingKey(encoding))) unknown.push(encoding);
      if (unknown.length >= wanted) break;
    }
    return unknown;
  }

  async proposed(propose: () => Encoding, { random, history, wanted }: NewOnes): Promise<Encoding[]> {
    const known = new Set(keysOf(history));
    const proposals: Encoding[] = [];
    for (let misses = 0; proposals.length < wanted && misses < MOST_MISSED_PROPOSALS; ) {
      const batch = Array.from({ length: PROPOSALS_AT_ONCE }, propose);
      const found = await this.#newWithin(batch, known, wanted - proposals.length);
      misses = found.length > 0 ? 0 : misses + batch.length;
      proposals.push(...found);
    }
    const missing = wanted - proposals.length;
    return missing === 0 ? proposals : [...proposals, ...(await this.unknown(random, missing, known))];
  }

  /** The unknown ones within the limits. Without any, the nearest to the proposal that is least over them. */
  async #newWithin(batch: readonly Encoding[], known: Set<string>, most: number): Promise<Encoding[]> {
    const usages = await this.#constraint.countedUsage(batch);
    const found: Encoding[] = [];
    for (const [index, encoding] of batch.entries()) {
      if (found.length >= most) return found;
      if ((usages[index] ?? 0) > 1 || known.has(encodingKey(encoding))) continue;
      if ((await this.#constraint.admits(encoding)) && isNew(encoding, known)) found.push(encoding);
    }
    if (found.length > 0) return found;
    const nearest = await nearestWithin(lowestOf(batch, usages), this.#constraint);
    return nearest !== undefined && isNew(nearest, known) ? [nearest] : [];
  }

  async neighbours(encoding: Encoding): Promise<Encoding[]> {
    const all = this.#constraint.space.neighbours(encoding);
    const usages = await this.#constraint.countedUsage(all);
    const within: Encoding[] = [];
    for (const [index, neighbour] of all.entries()) {
      if ((usages[index] ?? 0) <= 1 && (await this.#constraint.admits(neighbour))) within.push(neighbour);
    }
    return within;
  }

  async *within(candidates: readonly Encoding[], known: ReadonlySet<string>): AsyncGenerator<Encoding, void> {
    const seen = new Set(known);
    let misses = 0;
    for (const [index, candidate] of candidates.entries()) {
      const over = !(await this.#constraint.admits(candidate));
      misses = over ? misses + 1 : 0;
      if (over && misses < MEASURING.misses) continue;
      // The nearest to the best candidate that has not been looked at yet.
      const allowed = over
        ? await nearestWithin(candidates[index - misses + 1] ?? candidate, this.#constraint)
        : candidate;
      if (allowed !== undefined && isNew(allowed, seen)) yield allowed;
    }
  }
}

/** A stream whose items can be read again. */
class Sequence {
  readonly #stream: AsyncGenerator<Encoding, void>;
  readonly #drawn: Encoding[] = [];

  constructor(stream: AsyncGenerator<Encoding, void>) {
    this.#stream = stream;
  }

  /** The items from `start` to before `end`; fewer when the stream ends earlier. */
  async slice(start: number, end: number): Promise<Encoding[]> {
    while (this.#drawn.length < end) {
      const { value } = await this.#stream.next();
      if (value === undefined) break;
      this.#drawn.push(value);
    }
    return this.#drawn.slice(start, end);
  }
}
