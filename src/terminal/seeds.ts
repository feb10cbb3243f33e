import { Flags } from '@oclif/core';
import { UsageError } from '../errors.js';

/** Takes every word up to the next option: {@link splitSeeds} tells the seeds from what follows them. */
export const seedsFlag = Flags.string({
  description: 'seeds, a training each (default: RNG_SEED)',
  multiple: true,
  helpValue: 'N…',
});

/**
 * The seeds, undefined where the option was not given, and the KEY VALUE pairs behind the last of them.
 * @throws UsageError for a seed that is none.
 */
export function splitSeeds(words: readonly string[]): { seeds: number[] | undefined; rest: string[] } {
  if (words.length === 0) return { seeds: undefined, rest: [] };
  const firstKey = words.findIndex((word) => /^[A-Z]/.test(word));
  // Of a key in the first place it is told that it is no seed.
  const end = firstKey < 0 ? words.length : Math.max(firstKey, 1);
  const wrong = words.slice(0, end).find((word) => !/^\d+$/.test(word) || !Number.isSafeInteger(Number(word)));
  if (wrong === undefined) return { seeds: words.slice(0, end).map(Number), rest: words.slice(end) };
  throw new UsageError(`--seeds has '${wrong}', which is no seed.`, {
    code: 'invalid-seed',
    nextSteps: ['Name whole numbers from 0 on: --seeds 1 2 3'],
  });
}

/** More than anybody has time for: a mistyped range should not become a comparison that never ends. */
const MOST_SEEDS = 10_000;

/**
 * `1-10`, `3`, or several of these with commas between them; each seed once, in the order given.
 * @throws UsageError for anything else.
 */
export function parseSeedList(flag: string, text: string): number[] {
  const seeds = new Set<number>();
  for (const word of text.split(',')) {
    const [, first, last = first] = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(word) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to < from || to - from >= MOST_SEEDS) {
      throw new UsageError(
        `${flag} has '${word.trim()}', which is neither a seed nor a range of at most ${MOST_SEEDS}.`,
        {
          code: 'invalid-seed',
          nextSteps: [`Write whole numbers from 0 on: ${flag} 1-10, or ${flag} 1,4,7`],
        },
      );
    }
    for (let seed = from; seed <= to; seed += 1) seeds.add(seed);
  }
  return [...seeds];
}
