import { z } from 'zod';
import { specificationSchema } from '../../protocol/specification.js';
import type { JournalFormat } from '../../store/job-store.js';
import { VERSION } from '../../version.js';
import { kindsSchema } from '../arithmetic-kinds.js';
import { measuredSchema } from '../rank/journal.js';
import { sessionSchema } from '../session.js';

const TABLE_VERSION = 1;
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** The inputs of an evaluation that all batches of a table share. */
export const sharedSpecificationSchema = specificationSchema.omit({ seed: true });
export type SharedSpecification = z.infer<typeof sharedSpecificationSchema>;

/** First line: what is measured, apart from the batch. It never changes. */
const header = z.strictObject({
  type: z.literal('table'),
  version: z.literal(TABLE_VERSION),
  rminas: z.string(),
  specification: sharedSpecificationSchema,
  /** Seed of the sample of architectures. */
  sampleSeed: seed,
});

/** A process starts to measure. */
const session = sessionSchema.extend({
  /** The kinds of arithmetic of its workers. */
  kinds: kindsSchema,
  workers: z.int().min(1),
  threads: z.int().min(1),
});

/** A batch of images and the initial weights that belong to it. */
const batch = z.strictObject({
  type: z.literal('batch'),
  /** The run's seed of a search on this batch. */
  seed,
  /** SHA-256 of the specification with this seed. */
  digest,
  /** SHA-256 of the images and labels. */
  batch: digest,
});

/**
 * Where architectures come from. `sample`: random draws, one of each isomorphism class. `also`: named by the user.
 * `search`: proposed by simulated searches that were to measure what the table lacks. `static`: all classes, measured by
 * proxies that need no training.
 */
export const SOURCES = ['sample', 'also', 'search', 'static'] as const;
/** The sources of architectures that are trained. */
export const TRAINED_SOURCES = ['sample', 'also', 'search'] as const satisfies readonly ArchitectureSource[];

/** Architectures that the table is to contain, canonical ones. */
const architectures = z.strictObject({
  type: z.literal('architectures'),
  source: z.enum(SOURCES),
  genotypes: z.array(z.string().min(1)).min(1).max(1_000_000),
});

/** Everything that was asked for is in the table. */
const completed = z.strictObject({
  type: z.literal('completed'),
  /** Measurements in the table. */
  measurements: z.int().min(0),
});

const entrySchema = z.discriminatedUnion('type', [header, session, batch, architectures, measuredSchema, completed]);
export type TableEntry = z.infer<typeof entrySchema>;
export type TableHeader = z.infer<typeof header>;
export type BatchEntry = z.infer<typeof batch>;
export type ArchitecturesEntry = z.infer<typeof architectures>;
export type ArchitectureSource = (typeof SOURCES)[number];

export const TABLE_JOURNAL: JournalFormat<TableEntry, TableHeader> = {
  job: 'table',
  entries: entrySchema,
  isHeader: (entry): entry is TableHeader => entry.type === 'table',
  resume: null,
};

export function tableHeaderOf(content: Pick<TableHeader, 'specification' | 'sampleSeed'>): TableHeader {
  return { type: 'table', version: TABLE_VERSION, rminas: VERSION, ...content };
}
