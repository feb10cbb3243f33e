import { z } from 'zod';
import { evaluationSchema, verificationSchema } from '../../protocol/messages.js';
import { type Line, type ReadLines, readLines } from '../../store/journal-file.js';

export { JournalWriter } from '../../store/journal-file.js';

/** Bumped when an older journal can no longer be replayed. */
export const JOURNAL_VERSION = 1;

const genotype = z.string().min(1);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** First line: what the run is; nothing in it changes afterwards. */
const run = z.strictObject({
  type: z.literal('run'),
  version: z.literal(JOURNAL_VERSION),
  rminas: z.string(),
  /** Of the specification that config.yaml resolves to. */
  specification: digest,
  /** Decides how many proposals make a turn, so a resumed run keeps it. */
  workers: z.int().min(1),
  /** The `--data` folder, absolute; null when none was given. */
  data: z.string().nullable(),
  /** How many random architectures are trained beside the found one, and for how long; 0 for no verification. */
  verify: z.strictObject({ architectures: z.int().min(0), epochs: z.int().min(1) }),
});

/** A process starts to work on the run. */
const session = z.strictObject({
  type: z.literal('session'),
  pid: z.int(),
  versions: z.record(z.string(), z.string()),
  device: z.string(),
  /** Of the images and labels trained on; equal in all sessions. Null where nothing is computed on any. */
  batch: digest.nullable(),
});

/** Candidates measured to choose from, those left out, and what that took; flops in millions of multiply-adds. */
export const screeningSchema = z.strictObject({
  measured: z.int().min(0),
  skipped: z.int().min(0),
  seconds: z.number().min(0),
  flops: z.number().min(0),
});

const proposed = z.strictObject({
  type: z.literal('proposed'),
  turn: z.int().min(0),
  phase: z.enum(['warm-up', 'guided']),
  genotypes: z.array(genotype).min(1),
  screened: screeningSchema.optional(),
});

const parts = z.record(z.string(), z.number().nullable());

/** A candidate has been measured by what needs no training, to see whether it deserves more. */
const screened = z.strictObject({
  type: z.literal('screened'),
  /** Canonical. */
  genotype,
  parts,
  seconds: z.number().min(0),
  flops: z.number().min(0),
});

const evaluated = z.strictObject({
  type: z.literal('evaluated'),
  genotype,
  seed: z.int(),
  outcome: z.union([
    // Cached: computed by another run.
    z.strictObject({
      evaluation: evaluationSchema,
      cached: z.literal(true).optional(),
      parts: parts.optional(),
      measuring: z
        .strictObject({ seconds: z.number().min(0), flops: z.number().min(0), cached: z.literal(true).optional() })
        .optional(),
      simulatedSeconds: z.number().min(0).optional(),
    }),
    z.strictObject({ failure: z.string() }),
  ]),
});

const finished = z.strictObject({
  type: z.literal('finished'),
  reason: z.enum(['successes-reached', 'evaluation-cap', 'space-exhausted']),
  genotype,
  note: z.string(),
  voters: z.array(z.strictObject({ genotype, loss: z.number() })),
});

const verified = z.strictObject({ type: z.literal('verified'), genotype, verification: verificationSchema });

const entrySchema = z.discriminatedUnion('type', [run, session, proposed, screened, evaluated, finished, verified]);

export type JournalEntry = z.infer<typeof entrySchema>;
export type JournalLine = Line<JournalEntry>;
export type ReadJournal = ReadLines<JournalEntry>;

/** @throws MissingError when there is no journal; UsageError when a whole line is not an entry. */
export function readJournal(file: string): ReadJournal {
  return readLines(file, entrySchema, JOURNAL_VERSION);
}
