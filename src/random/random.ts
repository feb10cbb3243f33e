import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { anyText, checkArgument, seedOption, wholeNumberOption } from '../options.js';

/** A stream of random numbers. Functions that need randomness take one as an argument. */
export interface Random {
  /** An integer drawn uniformly from [0, limit). `limit` is at least 1. */
  below(limit: number): number;
}

/** SHA-256 of an unambiguous text, so similar seeds and purposes give unrelated hashes. */
function hashOf(...parts: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

/**
 * Creates stream number `index` of a purpose. Equal arguments give equal streams on every machine. A draw never
 * depends on the use of another stream, so a run can resume without a saved generator state.
 * @param seed a whole number in [0, 2^53)
 * @throws UsageError `invalid-option`
 */
export function createRandom(seed: number, purpose: string, index: number): Random {
  checkArgument('createRandom()', 'seed', seedOption, seed);
  checkArgument('createRandom()', 'purpose', anyText, purpose);
  checkArgument('createRandom()', 'index', wholeNumberOption(0), index);
  const hash = hashOf(seed, purpose, index);
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => hash.readInt32BE(offset)));
  return { below: (limit) => uniformInt(generator, 0, limit - 1) };
}

/**
 * A seed in [0, 2^53) that is a function of the run's seed, the purpose and the text.
 * @throws UsageError `invalid-option`
 */
export function derivedSeed(seed: number, purpose: string, text: string): number {
  checkArgument('derivedSeed()', 'seed', seedOption, seed);
  checkArgument('derivedSeed()', 'purpose', anyText, purpose);
  checkArgument('derivedSeed()', 'text', anyText, text);
  const hash = hashOf(seed, purpose, text);
  return (hash.readUInt32BE(0) >>> 11) * 2 ** 32 + hash.readUInt32BE(4);
}
