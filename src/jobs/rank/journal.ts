import { z } from 'zod';
import { verificationSchema } from '../../protocol/messages.js';
import { measurementSchema } from '../../protocol/proxies.js';
import { specificationSchema } from '../../protocol/specification.js';
import type { JournalFormat } from '../../store/job-store.js';
import { VERSION } from '../../version.js';
import { kindsSchema } from '../arithmetic-kinds.js';
import { sessionSchema } from '../session.js';

const RANKING_JOURNAL_VERSION = 1;
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** First line: which architectures are measured. It never changes. */
const ranking = z.strictObject({
  type: z.literal('ranking'),
  version: z.literal(RANKING_JOURNAL_VERSION),
  rminas: z.string(),
  space: z.string(),
  seed: z.int().min(0),
});

/** A process starts to measure by a specification. */
const session = sessionSchema.extend({
  /** The kinds of arithmetic of its workers. */
  kinds: kindsSchema,
  workers: z.int().min(1),
  threads: z.int().min(1),
  specification: specificationSchema,
  /** SHA-256 of it. */
  digest,
  /** SHA-256 of its images and labels. */
  batch: digest,
});

/** One architecture, measured by proxies under one specification and on one batch. */
export const measuredSchema = z.strictObject({
  type: z.literal('measured'),
  /** Of the specification. */
  digest,
  /** Of the images and labels; null for what is asked on account of its cost alone. */
  batch: digest.nullable(),
  /** The canonical one. */
  genotype: z.string().min(1),
  proxies: z.array(z.string()).min(1),
  outcome: z.union([z.strictObject({ measurement: measurementSchema }), z.strictObject({ failure: z.string() })]),
});

/** A proper training, where accuracies come from trainings. */
const trained = z.strictObject({
  type: z.literal('trained'),
  /** Of the specification. */
  digest,
  /** The canonical one. */
  genotype: z.string().min(1),
  epochs: z.int().min(1),
  verification: verificationSchema,
});

const entrySchema = z.discriminatedUnion('type', [ranking, session, measuredSchema, trained]);
export type RankingEntry = z.infer<typeof entrySchema>;
export type RankingHeader = z.infer<typeof ranking>;
export type MeasuredEntry = z.infer<typeof measuredSchema>;
export type TrainedEntry = z.infer<typeof trained>;

export const RANKING_JOURNAL: JournalFormat<RankingEntry, RankingHeader> = {
  job: 'ranking',
  entries: entrySchema,
  isHeader: (entry): entry is RankingHeader => entry.type === 'ranking',
  resume: null,
};

export function rankingHeaderOf(content: Pick<RankingHeader, 'space' | 'seed'>): RankingHeader {
  return { type: 'ranking', version: RANKING_JOURNAL_VERSION, rminas: VERSION, ...content };
}
