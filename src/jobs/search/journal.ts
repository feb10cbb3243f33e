import { z } from 'zod';
import { followUpSchema } from '../../definitions/follow-up.js';
import type { MeasurementEvent } from '../../evaluators/proxy-measurements.js';
import { importancesSchema } from '../../protocol/forest.js';
import { evaluationSchema, verificationSchema } from '../../protocol/messages.js';
import type { JournalledEvent } from '../../search/events.js';
import type { JobStore, JournalFormat } from '../../store/job-store.js';
import type { JournalLine } from '../../store/journal-file.js';
import { kindsOfSessions, kindsSchema } from '../arithmetic-kinds.js';
import { settingsSchema } from '../bound-settings.js';
import { sessionSchema } from '../session.js';
import { customNamesSchema } from './custom.js';
import type { SearchJobEvent } from './events.js';
import { confidenceSchema, screeningSchema } from './result.js';

/** Release 0.2.1 wrote version 1, whose header has no settings. */
export const SEARCH_JOURNAL_VERSION = 2;

const genotype = z.string().min(1);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** First line: what the run is. It never changes. */
const run = z.strictObject({
  type: z.literal('run'),
  version: z.union([z.literal(1), z.literal(SEARCH_JOURNAL_VERSION)]),
  rminas: z.string(),
  /** Values of the keys that decide the result; absent in version 1. */
  settings: settingsSchema.optional(),
  /** Digest of the specification that config.yaml resolves to. */
  specification: digest,
  /** Evaluations at a time when the run began. */
  workers: z.int().min(1),
  /** Architectures that a guided turn asks for. Absent in journals of versions that took the workers for it. */
  proposals: z.int().min(1).optional(),
  /** The `--data` folder, absolute; null when none was given. */
  data: z.string().nullable(),
  /** Random architectures that are trained besides the found one, 0 for no verification, and for how many epochs. */
  verify: z.strictObject({ architectures: z.int().min(0), epochs: z.int().min(1) }),
  /** Absent for a search alone. */
  followUp: followUpSchema.optional(),
  /** Names of the objects of a script that the run works with; absent when there are none. */
  custom: customNamesSchema.optional(),
});

/** A process starts to work on the run. */
const session = sessionSchema.extend({
  /** The kinds of arithmetic of its workers; absent for a search that trains nothing. */
  kinds: kindsSchema,
  /** Digest of the images and labels trained on, equal in all sessions; null for a search by a benchmark. */
  batch: digest.nullable(),
});

const proposed = z.strictObject({
  type: z.literal('proposed'),
  turn: z.int().min(0),
  phase: z.enum(['warm-up', 'guided']),
  genotypes: z.array(genotype).min(1),
  screened: screeningSchema.optional(),
});

const parts = z.record(z.string(), z.number().nullable());

/** A candidate has been measured by proxies that need no training, to decide whether to evaluate it. */
const screened = z.strictObject({
  type: z.literal('screened'),
  /** Canonical. */
  genotype,
  parts,
  seconds: z.number().min(0),
  flops: z.number().min(0),
});

export const outcomeSchema = z.union([
  // A cached score was computed by another run.
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
]);

const evaluated = z.strictObject({ type: z.literal('evaluated'), genotype, seed: z.int(), outcome: outcomeSchema });

/** The last round has scored a finalist by its own specification. */
const finalist = z.strictObject({ type: z.literal('finalist'), genotype, seed: z.int(), outcome: outcomeSchema });

const finished = z.strictObject({
  type: z.literal('finished'),
  reason: z.enum(['successes-reached', 'confident', 'evaluation-cap', 'space-exhausted']),
  genotype,
  note: z.string(),
  voters: z.array(z.strictObject({ genotype, loss: z.number() })),
  confidence: confidenceSchema.optional(),
});

/** The importance of each slot to the forest of the whole search. Follows its end; absent in journals of older versions. */
const importances = z.strictObject({ type: z.literal('importances'), slots: importancesSchema });

/** A cluster took the worker of a request away. The request is given out again, and its evaluation has not failed. */
const preempted = z.strictObject({ type: z.literal('preempted'), request: z.enum(['evaluate', 'measure']) });

const cost = z.number().min(0).nullable().optional();

/** Costs of networks that limits or a front depend on, as they were found first. Counted ones are not written down. */
const costs = z.strictObject({
  type: z.literal('costs'),
  found: z
    .array(
      z.strictObject({
        /** Canonical. */
        genotype,
        costs: z.strictObject({ params: cost, flops: cost, latency: cost }),
      }),
    )
    .min(1),
});

const verified = z.strictObject({ type: z.literal('verified'), genotype, verification: verificationSchema });

const entrySchema = z.discriminatedUnion('type', [
  run,
  session,
  costs,
  proposed,
  screened,
  evaluated,
  preempted,
  finalist,
  finished,
  importances,
  verified,
]);

export type SearchEntry = z.infer<typeof entrySchema>;
export type SearchHeader = Extract<SearchEntry, { type: 'run' }>;
export type SearchLine = JournalLine<SearchEntry>;
export type SearchStore = JobStore<SearchEntry, SearchHeader, SearchJobEvent>;

export const SEARCH_JOURNAL: JournalFormat<SearchEntry, SearchHeader> = {
  job: 'run',
  entries: entrySchema,
  isHeader: (entry): entry is SearchHeader => entry.type === 'run',
  resume: 'rminas search --resume',
};

/** The events that the controller replays. Entries after the end of the search are not its own. */
export function recordedEvents(lines: readonly SearchLine[]): JournalledEvent[] {
  const events = lines.flatMap(({ entry }) =>
    entry.type === 'proposed' || entry.type === 'evaluated' || entry.type === 'finalist' || entry.type === 'finished'
      ? [entry]
      : [],
  );
  const end = events.findIndex(({ type }) => type === 'finished');
  return end < 0 ? events : events.slice(0, end + 1);
}

/** The events that the evaluator replays. */
export function recordedMeasurements(lines: readonly SearchLine[]): MeasurementEvent[] {
  return lines.flatMap(({ entry }) =>
    entry.type === 'screened' || entry.type === 'proposed' || entry.type === 'evaluated' ? [entry] : [],
  );
}

/** The kinds of arithmetic that made the scores of a run. */
export function kindsOfRun({ lines }: Pick<SearchStore, 'lines'>): string[] {
  return kindsOfSessions(
    lines.flatMap(({ entry }) => (entry.type === 'session' && entry.batch !== null ? [entry] : [])),
  );
}
