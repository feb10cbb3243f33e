import { z } from 'zod';
import { trainingSchema } from '../../protocol/retraining.js';
import { type Line, type ReadLines, readLines } from '../../store/journal-file.js';

const JOURNAL_VERSION = 1;
const seed = z.int().min(0);

/** First line: what is trained; nothing in it changes afterwards. */
const retraining = z.strictObject({
  type: z.literal('retraining'),
  version: z.literal(JOURNAL_VERSION),
  rminas: z.string(),
  /** SHA-256 of the retraining that config.yaml resolves to. */
  retraining: z.string().regex(/^[0-9a-f]{64}$/),
  /** One training each. */
  seeds: z.array(seed).min(1),
  /** The `--data` folder, absolute; null when none was given. */
  data: z.string().nullable(),
});

/** A process starts to work on it. */
const session = z.strictObject({
  type: z.literal('session'),
  pid: z.int(),
  versions: z.record(z.string(), z.string()),
  device: z.string(),
});

/** A training has come to its end; until then its checkpoint tells how far it is. */
const trained = z.strictObject({ type: z.literal('trained'), seed, training: trainingSchema });

const entrySchema = z.discriminatedUnion('type', [retraining, session, trained]);
export type Entry = z.infer<typeof entrySchema>;
export type RetrainingLine = Line<Entry>;

/** @throws MissingError when there is no journal; UsageError when a whole line is not an entry. */
export function readRetrainingJournal(file: string): ReadLines<Entry> {
  return readLines(file, entrySchema, JOURNAL_VERSION);
}

export function headerOf(content: Omit<z.infer<typeof retraining>, 'type' | 'version'>): Entry {
  return { type: 'retraining', version: JOURNAL_VERSION, ...content };
}
