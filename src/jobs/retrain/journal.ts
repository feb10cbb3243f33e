import { join } from 'node:path';
import { z } from 'zod';
import { trainingSchema } from '../../protocol/retraining.js';
import type { JobStore, JournalFormat } from '../../store/job-store.js';
import { settingsSchema } from '../bound-settings.js';
import { sessionSchema } from '../session.js';
import type { RetrainingEvent } from './events.js';

/** Release 0.2.1 wrote version 1, whose header has no settings. */
export const RETRAINING_JOURNAL_VERSION = 2;
const seed = z.int().min(0);

/** First line: what is trained. It never changes. */
const retraining = z.strictObject({
  type: z.literal('retraining'),
  version: z.union([z.literal(1), z.literal(RETRAINING_JOURNAL_VERSION)]),
  rminas: z.string(),
  /** Values of the keys that decide the result; absent in version 1. */
  settings: settingsSchema.optional(),
  /** SHA-256 of the retraining that config.yaml resolves to. */
  retraining: z.string().regex(/^[0-9a-f]{64}$/),
  /** One training for each. */
  seeds: z.array(seed).min(1),
  /** The `--data` folder, absolute; null when none was given. */
  data: z.string().nullable(),
});

/** A training has ended; until then its checkpoint says how far it is. */
const trained = z.strictObject({ type: z.literal('trained'), seed, training: trainingSchema });

const entrySchema = z.discriminatedUnion('type', [retraining, sessionSchema, trained]);
export type RetrainingEntry = z.infer<typeof entrySchema>;
export type RetrainingHeader = z.infer<typeof retraining>;
export type RetrainingStore = JobStore<RetrainingEntry, RetrainingHeader, RetrainingEvent>;

export const RETRAINING_JOURNAL: JournalFormat<RetrainingEntry, RetrainingHeader> = {
  job: 'retraining',
  entries: entrySchema,
  isHeader: (entry): entry is RetrainingHeader => entry.type === 'retraining',
  resume: 'rminas retrain --resume',
};

/** The file of the checkpoint of a seed's training. */
export function checkpointOf({ folder }: Pick<RetrainingStore, 'folder'>, seed: number): string {
  return join(folder.path, `seed-${seed}.pt`);
}
