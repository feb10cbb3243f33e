import { join } from 'node:path';
import { z } from 'zod';
import { oneShotFoundSchema } from '../../protocol/supernets.js';
import { jobFolderAt } from '../../store/folder.js';
import { type EarlierJob, type JobStore, type JournalFormat, readJob } from '../../store/job-store.js';
import { settingsSchema } from '../bound-settings.js';
import { sessionSchema } from '../session.js';
import type { OneShotEvent } from './events.js';

/** First line: what is trained. It never changes. */
const header = z.strictObject({
  type: z.literal('one-shot'),
  version: z.literal(1),
  rminas: z.string(),
  /** Values of the keys that decide the result. */
  settings: settingsSchema,
  /** SHA-256 of the search that config.yaml resolves to. */
  oneShot: z.string().regex(/^[0-9a-f]{64}$/),
  seed: z.int().min(0),
  /** The `--data` folder, absolute; null when none was given. */
  data: z.string().nullable(),
});

/** An epoch is done. Readers of the journal see the progress; the checkpoint says where a resumed search continues. */
const epoch = z.strictObject({ type: z.literal('epoch'), done: z.int().min(1), total: z.int().min(1) });

/** The architecture is found. */
const found = z.strictObject({ type: z.literal('found'), found: oneShotFoundSchema });

const entrySchema = z.discriminatedUnion('type', [header, sessionSchema, epoch, found]);
export type OneShotEntry = z.infer<typeof entrySchema>;
export type OneShotHeader = z.infer<typeof header>;
export type OneShotJournal = EarlierJob<OneShotEntry, OneShotHeader>;
export type OneShotStore = JobStore<OneShotEntry, OneShotHeader, OneShotEvent>;

export const ONE_SHOT_JOURNAL: JournalFormat<OneShotEntry, OneShotHeader> = {
  job: 'one-shot search',
  entries: entrySchema,
  isHeader: (entry): entry is OneShotHeader => entry.type === 'one-shot',
  resume: 'rminas one-shot --resume',
};

/** Reads the journal of a search, without a lock. @throws as {@link readJob} */
export function readOneShot(path: string): OneShotJournal {
  return readJob(jobFolderAt(path), ONE_SHOT_JOURNAL);
}

/** Epochs that were done, and how many there are; `total` is null before the first is done. */
export function epochsIn({ lines }: Pick<OneShotJournal, 'lines'>): { done: number; total: number | null } {
  const last = lines.findLast(({ entry }) => entry.type === 'epoch')?.entry;
  return last?.type === 'epoch' ? { done: last.done, total: last.total } : { done: 0, total: null };
}

/** The checkpoint: the weights of the supernet, the architecture parameters, and the optimisers. */
export function checkpointIn({ folder }: Pick<OneShotStore, 'folder'>): string {
  return join(folder.path, 'supernet.pt');
}
