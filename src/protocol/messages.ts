/**
 * The messages between the controller and the sidecar: the one definition of them.
 *
 * Types are inferred from the schemas, and the JSON Schema by which the sidecar validates is exported from them
 * (`npm run schema`). Every message is an envelope of `type`, `id` and `body`. A reply carries the `id` of its
 * request; what is not a reply has the id "0".
 */
import { z } from 'zod';
import {
  benchmarkAnswer,
  benchmarkImported,
  benchmarkRanking,
  benchmarkSummary,
  importBenchmark,
  queryBenchmark,
  rankBenchmark,
  summariseBenchmark,
} from './benchmarks.js';
import { digest, genotype, maybeNumber, message, seconds, seed } from './envelope.js';
import { measure, measured } from './proxies.js';
import { retrain, retrained } from './retraining.js';
import { assetsSchema, nameSchema, PROTOCOL_VERSION, specificationSchema } from './specification.js';

const category = z.int().min(0).max(255);
const encodings = z.array(z.array(category).min(1).max(256)).max(100_000);

const empty = z.strictObject({});

/** Builds the batch and runs the teacher once, on every worker. */
const prepare = message(
  'prepare',
  z.strictObject({ digest, specification: specificationSchema, assets: assetsSchema }),
);

const prepared = message(
  'prepared',
  z.strictObject({
    digest,
    dataset: z.strictObject({
      /** Training images found. */
      images: z.int().min(0),
      /** Training images of the whole data set. */
      expected: z.int().min(0),
    }),
    batch: z.strictObject({
      /** Samples that the candidates are trained on. */
      size: z.int().min(1),
      /** Mean cross entropy of the teacher on them. */
      teacherLoss: maybeNumber,
      /** Share of them that the teacher classifies rightly, 0 to 1. */
      teacherAccuracy: z.number().min(0).max(1),
      /** SHA-256 of the batch's images and labels. */
      digest,
    }),
    /** What the user should know, e.g. that a data set is partial. */
    notes: z.array(z.string()),
    seconds,
  }),
);

/** What a training has to have reached by a step: it is stopped when its lowest loss until then lies above. */
export const boundSchema = z.strictObject({
  /** Losses observed, of which the first is that of the untrained network. */
  step: z.int().min(1),
  loss: z.number(),
});
export type Bound = z.infer<typeof boundSchema>;

/** Trains one architecture on the prepared batch; without bounds, to its end. */
const evaluate = message(
  'evaluate',
  z.strictObject({ digest, genotype, seed, bounds: z.array(boundSchema).max(1000).optional() }),
);

export const evaluationSchema = z.strictObject({
  /** The last observed loss; null when it is not finite. */
  loss: maybeNumber,
  /** The loss before each update. */
  curve: z.array(maybeNumber),
  /** Linear CKA of each stage with the teacher's, at the last observed step. */
  cka: z.array(maybeNumber),
  crossEntropy: maybeNumber,
  /** Losses observed: fewer than specified only when the loss stopped being finite, or a bound was crossed. */
  steps: z.int().min(0),
  /** The step at which a bound was crossed, null when none was; absent in journals that are older than bounds. */
  stopped: z.int().min(1).nullable().optional(),
  /** Millions of multiply-adds for one image; absent in journals that are older than this figure. */
  flops: z.number().min(0).optional(),
  seconds,
});
export type Evaluation = z.infer<typeof evaluationSchema>;

const evaluated = message('evaluated', evaluationSchema);

/** Fits a forest on what is known and asks it about candidates. */
export const fitSchema = z.strictObject({
  /** What the forest sees of each category of each slot: a row of numbers, of one length in a slot. */
  features: z
    .array(z.array(z.array(z.number()).min(1).max(256)).min(1).max(256))
    .min(1)
    .max(256),
  /** Known architectures, a category per slot. */
  known: encodings,
  /** Whether each known architecture is a good one. */
  good: z.array(z.boolean()).max(100_000),
  candidates: encodings,
  trees: z.int().min(1).max(10_000),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  /** Has XNAS's `RF_suggest` for this space grow the forest, with as many trees as it has; left out: ours is grown. */
  rfSuggest: nameSchema.optional(),
});
export type Fit = z.infer<typeof fitSchema>;
const fit = message('fit', fitSchema);
/** Probability of being good, for each candidate in order. */
const fitted = message('fitted', z.strictObject({ probabilities: z.array(z.number().min(0).max(1)), seconds }));

/** Trains one architecture properly and measures it on held-out images. */
export const verifySchema = z.strictObject({
  digest,
  genotype,
  seed,
  epochs: z.int().min(1).max(10_000),
  batchSize: z.int().min(1).max(65_536),
  learningRate: z.number().positive(),
});
export type Verify = z.infer<typeof verifySchema>;
const verify = message('verify', verifySchema);
export const verificationSchema = z.strictObject({
  /** Share of held-out images classified rightly, 0 to 1. */
  accuracy: z.number().min(0).max(1),
  trainImages: z.int().min(1),
  heldOutImages: z.int().min(1),
  epochs: z.int().min(1),
  seconds,
});
export type Verification = z.infer<typeof verificationSchema>;
const verified = message('verified', verificationSchema);

const shutdown = message('shutdown', empty);
const bye = message('bye', empty);
const heartbeat = message('heartbeat', empty);

export const deviceSchema = z.strictObject({
  name: z.string(),
  /** Bytes; null where unknown. */
  memory: z.int().min(0).nullable(),
});

const names = z.array(z.string().min(1).max(64)).max(10_000);

/** Everything that a sidecar can name in a message: what is built in, and what its plugins added. */
export const availableSchema = z.strictObject({ spaces: names, datasets: names, teachers: names, proxies: names });
export type Available = z.infer<typeof availableSchema>;

const hello = message(
  'hello',
  z.strictObject({
    protocol: z.int(),
    pid: z.int().min(1),
    workers: z.int().min(0),
    threads: z.int().min(1),
    device: z.string(),
    /** Versions of Python and of the packages that decide numbers. */
    versions: z.record(z.string(), z.string()),
    /** The folder that XNAS can be imported from; null where it cannot be, or where there is no worker to try. */
    xnas: z.string().nullable(),
    /** Names of spaces, data sets, teachers and proxies; null without a worker, since only workers know them. */
    available: availableSchema.nullable(),
  }),
);

/** How far a long request is. */
const progress = message(
  'progress',
  z.strictObject({ done: z.number().min(0), total: z.number().min(0), note: z.string() }),
);

const log = message('log', z.strictObject({ level: z.enum(['debug', 'info', 'warning', 'error']), text: z.string() }));

export const ERROR_CODES = [
  'invalid-message',
  'unknown-specification',
  'invalid-genotype',
  'missing-file',
  'corrupt-file',
  'refused-file',
  'unsuitable-data',
  'unsuitable-teacher',
  'missing-backend',
  'unknown-architecture',
  'unknown-series',
  'unknown-proxy',
  'unknown-name',
  'plugin-failed',
  'diverged',
  'unwritable',
  'out-of-memory',
  'worker-died',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

const error = message(
  'error',
  z.strictObject({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    /** What to do about it, one step an entry. */
    nextSteps: z.array(z.string()),
    /** Python's traceback, for a bug only. */
    traceback: z.string().nullable(),
  }),
);

/** What the controller may send. */
export const toSidecarSchema = z.discriminatedUnion('type', [
  prepare,
  evaluate,
  measure,
  fit,
  verify,
  retrain,
  importBenchmark,
  queryBenchmark,
  rankBenchmark,
  summariseBenchmark,
  shutdown,
  heartbeat,
]);

/** What the sidecar may send. */
export const fromSidecarSchema = z.discriminatedUnion('type', [
  hello,
  prepared,
  evaluated,
  measured,
  fitted,
  verified,
  retrained,
  benchmarkImported,
  benchmarkAnswer,
  benchmarkRanking,
  benchmarkSummary,
  bye,
  heartbeat,
  progress,
  log,
  error,
]);

export type ToSidecar = z.infer<typeof toSidecarSchema>;
export type FromSidecar = z.infer<typeof fromSidecarSchema>;
export type Hello = z.infer<typeof hello>['body'];
export type Prepared = z.infer<typeof prepared>['body'];
export type Progress = z.infer<typeof progress>['body'];
export type SidecarFailure = z.infer<typeof error>['body'];

/** The reply that each request asks for. */
export const REPLY_OF = {
  prepare: 'prepared',
  evaluate: 'evaluated',
  measure: 'measured',
  fit: 'fitted',
  verify: 'verified',
  retrain: 'retrained',
  'import-benchmark': 'benchmark-imported',
  'query-benchmark': 'benchmark-answer',
  'rank-benchmark': 'benchmark-ranking',
  'summarise-benchmark': 'benchmark-summary',
  shutdown: 'bye',
} as const;

export type RequestType = keyof typeof REPLY_OF;
export type RequestBody<T extends RequestType> = Extract<ToSidecar, { type: T }>['body'];
export type ReplyBody<T extends RequestType> = Extract<FromSidecar, { type: (typeof REPLY_OF)[T] }>['body'];

export {
  type BenchmarkAnswer,
  type BenchmarkImported,
  type BenchmarkRanking,
  type BenchmarkSummary,
  benchmarkAnswerSchema,
} from './benchmarks.js';
export type { Measurement } from './proxies.js';
export { PROTOCOL_VERSION };
