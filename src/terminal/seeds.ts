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
