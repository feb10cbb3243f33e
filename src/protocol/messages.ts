/**
 * The messages between the controller and the sidecar: the one definition of them.
 *
 * Types are inferred from the schemas, and the JSON Schema by which the sidecar validates is exported from them
 * (`npm run schema`). Every message is an envelope of `type`, `id` and `body`. A reply carries the `id` of its
 * request; what is not a reply has the id "0".
 */
import { z } from 'zod';
import { assetsSchema, PROTOCOL_VERSION, specificationSchema } from './specification.js';

const id = z.string().min(1).max(64);
const seconds = z.number().min(0);
/** JSON has no NaN and no infinity: null stands for both. */
const maybeNumber = z.number().nullable();
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const genotype = z.string().min(1).max(4096);
const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const category = z.int().min(0).max(255);
const encodings = z.array(z.array(category).min(1).max(256)).max(100_000);

function message<Type extends string, Body extends z.ZodType>(type: Type, body: Body) {
  return z.strictObject({ type: z.literal(type), id, body });
}

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

/** Trains one architecture on the prepared batch. */
const evaluate = message('evaluate', z.strictObject({ digest, genotype, seed }));

export const evaluationSchema = z.strictObject({
  /** The last observed loss; null when it is not finite. */
  loss: maybeNumber,
  /** The loss before each update. */
  curve: z.array(maybeNumber),
  /** Linear CKA of each stage with the teacher's, at the last observed step. */
  cka: z.array(maybeNumber),
  crossEntropy: maybeNumber,
  /** Losses observed: fewer than specified only when the loss stopped being finite. */
  steps: z.int().min(0),
  seconds,
});
export type Evaluation = z.infer<typeof evaluationSchema>;

const evaluated = message('evaluated', evaluationSchema);

/** Fits a forest on what is known and asks it about candidates. */
export const fitSchema = z.strictObject({
  /** Categories of each slot. */
  slots: z.array(z.int().min(1).max(256)).min(1).max(256),
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

const path = z.string().min(1).max(4096);

/** Reads a table of trained accuracies into an index. */
const importBenchmark = message(
  'import-benchmark',
  z.strictObject({
    file: path,
    /** Folder of the indexes; the file in it is named after the benchmark. */ folder: path,
  }),
);
const benchmarkImported = message(
  'benchmark-imported',
  z.strictObject({
    benchmark: z.string().min(1),
    index: path,
    architectures: z.int().min(1),
    results: z.int().min(1),
    datasets: z.array(z.string()),
    seconds,
  }),
);

/** Asks an index about one architecture, by genotype or by its number in the benchmark. */
const queryBenchmark = message(
  'query-benchmark',
  z.strictObject({ index: path, architecture: z.union([genotype, z.int().min(0)]) }),
);
export const benchmarkAnswerSchema = z.strictObject({
  benchmark: z.string().min(1),
  source: z.string(),
  /** Number in the benchmark's own order. */
  number: z.int().min(0),
  genotype,
  /** Architectures that the index holds. */
  architectures: z.int().min(1),
  figures: z.array(
    z.strictObject({
      dataset: z.string(),
      /** e.g. `test`, `x-valid`, `ori-test`. */
      split: z.string(),
      /** Epochs trained; null where the table does not say. */
      epochs: z.int().min(1).nullable(),
      /** How seeds were combined, e.g. `mean over seeds` or `seed 777`. */
      aggregation: z.string(),
      /** Per cent. */
      accuracy: z.number(),
      /** 1 is the best of the index. */
      rank: z.int().min(1),
      /** Per cent below the best of the index. */
      regret: z.number(),
    }),
  ),
  /** Parameters (millions), FLOPs (millions) and whatever else the table tells of the architecture. */
  costs: z.record(z.string(), z.number()),
});
export type BenchmarkAnswer = z.infer<typeof benchmarkAnswerSchema>;
const benchmarkAnswer = message('benchmark-answer', benchmarkAnswerSchema);

const shutdown = message('shutdown', empty);
const bye = message('bye', empty);
const heartbeat = message('heartbeat', empty);

export const deviceSchema = z.strictObject({
  name: z.string(),
  /** Bytes; null where unknown. */
  memory: z.int().min(0).nullable(),
});

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
  'unknown-architecture',
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
  fit,
  verify,
  importBenchmark,
  queryBenchmark,
  shutdown,
  heartbeat,
]);

/** What the sidecar may send. */
export const fromSidecarSchema = z.discriminatedUnion('type', [
  hello,
  prepared,
  evaluated,
  fitted,
  verified,
  benchmarkImported,
  benchmarkAnswer,
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
export type BenchmarkImported = z.infer<typeof benchmarkImported>['body'];
export type Progress = z.infer<typeof progress>['body'];
export type SidecarFailure = z.infer<typeof error>['body'];

/** The reply that each request asks for. */
export const REPLY_OF = {
  prepare: 'prepared',
  evaluate: 'evaluated',
  fit: 'fitted',
  verify: 'verified',
  'import-benchmark': 'benchmark-imported',
  'query-benchmark': 'benchmark-answer',
  shutdown: 'bye',
} as const;

export type RequestType = keyof typeof REPLY_OF;
export type RequestBody<T extends RequestType> = Extract<ToSidecar, { type: T }>['body'];
export type ReplyBody<T extends RequestType> = Extract<FromSidecar, { type: (typeof REPLY_OF)[T] }>['body'];

export { PROTOCOL_VERSION };
