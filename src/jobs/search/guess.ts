/** What `rminas plan` expected of a search: kept until the search ends, whose result then compares both. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { dataHome } from '../../installation/places.js';
import { readTextBounded, writeAtomically } from '../../system/files.js';
import { makeFolder } from '../../system/folders.js';
import { parseJson } from '../../system/json.js';
import type { SearchHeader } from './journal.js';

/** Nine of ten simulated searches lie between low and high. */
export const rangeSchema = z.strictObject({
  low: z.number().min(0),
  likely: z.number().min(0),
  high: z.number().min(0),
});

export const guessSchema = z.strictObject({
  /** From the first line of the journal to the end; null if it could not be measured. */
  seconds: rangeSchema.nullable(),
  /** Architectures that are evaluated, not counting duplicates and cached scores. */
  evaluations: rangeSchema,
});
export type Guess = z.infer<typeof guessSchema>;

const MOST_GUESS_BYTES = 4096;

/** Keeps the guess for searches with this header, in the data home. A guess that cannot be written is dropped. */
export function keepGuess(header: SearchHeader, guess: Guess): void {
  try {
    makeFolder(guessFolder());
    writeAtomically(guessFile(header), `${JSON.stringify(guess)}\n`);
  } catch {
    // The plan itself is printed all the same.
  }
}

/** The guess for a search with this header; undefined when none was made. */
export function guessFor(header: SearchHeader): Guess | undefined {
  try {
    return guessSchema.safeParse(parseJson(readTextBounded(guessFile(header), MOST_GUESS_BYTES))).data;
  } catch {
    return undefined;
  }
}

function guessFolder(): string {
  return join(dataHome(), 'plans');
}

/** One file for each plan. The place of the data does not count. */
function guessFile({ rminas, settings, specification, workers }: SearchHeader): string {
  const plan = JSON.stringify([rminas, settings, specification, workers]);
  return join(guessFolder(), `${createHash('sha256').update(plan).digest('hex')}.json`);
}
