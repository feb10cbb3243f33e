import { Flags } from '@oclif/core';
import { UsageError } from '../../errors.js';

/** Takes every word up to the next flag; {@link splitSeeds} separates the seeds from the KEY VALUE pairs. */
export const seedsFlag = Flags.string({
  description: 'one training for each seed (default: RNG_SEED)',
  multiple: true,
  helpValue: 'N…',
});

/**
 * Splits the words of --seeds into the seeds and the KEY VALUE pairs after them.
 * @returns `seeds` is undefined when the flag was not given.
 * @throws UsageError `invalid-seed`.
 */
export function splitSeeds(words: readonly string[]): { seeds: number[] | undefined; rest: string[] } {
  if (words.length === 0) return { seeds: undefined, rest: [] };
  const firstKey = words.findIndex((word) => /^[A-Z]/.test(word));
  // The first word must be a seed, even if it looks like a key.
  const end = firstKey < 0 ? words.length : Math.max(firstKey, 1);
  const wrong = words.slice(0, end).find((word) => !/^\d+$/.test(word) || !Number.isSafeInteger(Number(word)));
  if (wrong === undefined) return { seeds: words.slice(0, end).map(Number), rest: words.slice(end) };
  throw new UsageError(`--seeds expects whole numbers, got '${wrong}'.`, {
    code: 'invalid-seed',
    nextSteps: ['Give seeds from 0 on: --seeds 1 2 3'],
  });
}

/** Catches mistyped ranges, which would make a comparison endless. */
const MAX_SEEDS = 10_000;

/**
 * Parses `1-10`, `3`, or a comma-separated list of both. Each seed occurs once, in the order given.
 * @throws UsageError `invalid-seed`.
 */
export function parseSeedList(flag: string, text: string): number[] {
  const seeds = new Set<number>();
  for (const word of text.split(',')) {
    const [, first, last = first] = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(word) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to < from || to - from >= MAX_SEEDS) {
      throw new UsageError(`${flag} expects seeds or ranges of at most ${MAX_SEEDS} seeds, got '${word.trim()}'.`, {
        code: 'invalid-seed',
        nextSteps: [`Give whole numbers from 0 on: ${flag} 1-10, or ${flag} 1,4,7`],
      });
    }
    for (let seed = from; seed <= to; seed += 1) seeds.add(seed);
  }
  return [...seeds];
}
