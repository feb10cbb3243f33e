/** What `rminas plan` expected of a search: kept until the search ends, whose result then compares both. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { dataHome } from '../../installation/places.js';
import { readTextBounded, writeAtomically } from '../../system/files.js';
import { makeFolder } from '../../system/folders.js';
import { parseJson } from '../../system/json.js';
import type { BoundSettings } from '../bound-settings.js';

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

/** The part of a search's header that says which plan it has. */
interface PlanIdentity {
  readonly rminas: string;
  readonly settings?: BoundSettings | undefined;
  /** Digest. */
  readonly specification: string;
  readonly workers: number;
}

const MOST_GUESS_BYTES = 4096;

/** Keeps the guess for searches with this header, in the data home. A guess that cannot be written is dropped. */
export function keepGuess(header: PlanIdentity, guess: Guess): void {
  try {
    makeFolder(guessFolder());
    writeAtomically(guessFile(header), `${JSON.stringify(guess)}\n`);
  } catch {
    // The plan itself is printed all the same.
  }
}

/** The guess for a search with this header; undefined when none was made. */
export function guessFor(header: PlanIdentity): Guess | undefined {
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
function guessFile({ rminas, settings, specification, workers }: PlanIdentity): string {
  const plan = JSON.stringify([rminas, settings, specification, workers]);
  return join(guessFolder(), `${createHash('sha256').update(plan).digest('hex')}.json`);
}
