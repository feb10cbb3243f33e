/**
 * The messages between the controller and the sidecar. This is their only definition: types are inferred from the
 * schemas, and `npm run schema` exports the JSON Schema that the sidecar validates by.
 *
 * Every message is an envelope of `type`, `id` and `body`. A reply has the `id` of its request; all other messages of the
 * sidecar have the id "0".
 */
import { z } from 'zod';
import {
  benchmarkAnswer,
  benchmarkImported,
  benchmarkRanking,
  benchmarkSummary,
  importBenchmarkRequest,
  queryBenchmarkRequest,
  rankBenchmarkRequest,
  summariseBenchmarkRequest,
} from './benchmarks.js';
import { costed, costsRequest } from './costs.js';
import { digest, genotype, maybeNumber, message, seconds, seed } from './envelope.js';
import { exported, exportRequest } from './exporting.js';
import { failed } from './failure.js';
import { fitted, forestRequest } from './forest.js';
import { measured, measureRequest } from './proxies.js';
import { retrained, retrainRequest } from './retraining.js';
import { assetsSchema, PROTOCOL_VERSION, specificationSchema } from './specification.js';
import { oneShotFound, oneShotRequest } from './supernets.js';

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
      /** Training images of the complete data set. */
      expected: z.int().min(0),
    }),
    batch: z.strictObject({
      /** Number of images in the batch. */
      size: z.int().min(1),
      /** Mean cross entropy of the teacher on the batch; null also when it tells other classes apart. */
      teacherLoss: maybeNumber,
      /** Share of the batch that the teacher classifies correctly, 0 to 1; null when it tells other classes apart. */
      teacherAccuracy: z.number().min(0).max(1).nullable(),
      /** SHA-256 of the batch's images and labels. */
      digest,
    }),
    /** Notes for the user, e.g. that a data set is partial. */
    notes: z.array(z.string()),
    seconds,
  }),
);

/** A bound that stops a training: its lowest loss up to `step` must not exceed `loss`. */
export const boundSchema = z.strictObject({
  /** Number of observed losses. The first is the loss of the untrained network. */
  step: z.int().min(1),
  loss: z.number(),
});
export type Bound = z.infer<typeof boundSchema>;

/** Trains one architecture on the prepared batch. Without bounds, the training runs to its end. */
const evaluate = message(
  'evaluate',
  z.strictObject({ digest, genotype, seed, bounds: z.array(boundSchema).max(1000).optional() }),
);

export const evaluationSchema = z.strictObject({
  /** The last observed loss; null if it is not finite. */
  loss: maybeNumber,
  /** The loss before each update. */
  curve: z.array(maybeNumber),
  /** Linear CKA of each stage with the teacher's, at the last observed step. */
  cka: z.array(maybeNumber),
  /** CKA of each stage over the training: at the first loss, and at each `every`-th after it. Old journals lack this field. */
  ckaCurve: z.strictObject({ every: z.int().min(1), stages: z.array(z.array(maybeNumber)) }).optional(),
  crossEntropy: maybeNumber,
  /** Number of observed losses. A loss that is not finite, or a crossed bound, ends the training early. */
  steps: z.int().min(0),
  /** The step at which a bound was crossed, or null. Old journals lack this field. */
  stopped: z.int().min(1).nullable().optional(),
  /** Millions of multiply-adds for one image. Old journals lack this field. */
  flops: z.number().min(0).optional(),
  /** Trainable parameters. Old journals lack this field. */
  params: z.int().min(0).optional(),
  seconds,
});
export type Evaluation = z.infer<typeof evaluationSchema>;

const evaluated = message('evaluated', evaluationSchema);

/** Trains one architecture fully and measures it on held-out images. */
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
  /** Share of the held-out images classified correctly, 0 to 1. */
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

const names = z.array(z.string().min(1).max(64)).max(10_000);

/** The names that a sidecar knows: the built-in ones, and those that its plugins added. */
export const availableSchema = z.strictObject({ spaces: names, datasets: names, teachers: names, proxies: names });
export type Available = z.infer<typeof availableSchema>;

const hello = message(
  'hello',
  z.strictObject({
    protocol: z.int(),
    pid: z.int().min(1),
    workers: z.int().min(0),
    threads: z.int().min(1),
    /** The devices of the workers, for people; without workers, those that they would choose from. */
    device: z.string(),
    /** The device of each worker: its name, and the kind of its arithmetic, e.g. `cpu, torch 2.9.1+cpu`. */
    devices: z
      .array(z.strictObject({ name: z.string().min(1), kind: z.string().min(1) }))
      .max(100_000)
      .optional(),
    /** Versions of Python and of the packages that affect the numbers. */
    versions: z.record(z.string(), z.string()),
    /** The folder that XNAS can be imported from. Null if it cannot be imported, or if the sidecar has no workers. */
    xnas: z.string().nullable(),
    /** Names of spaces, data sets, teachers and proxies; null without a worker, since only workers know them. */
    available: availableSchema.nullable(),
  }),
);

/** A sign of life before the hello, about every second. */
const starting = message(
  'starting',
  z.strictObject({
    /** What the sidecar is doing, to follow "The sidecar is", e.g. `importing PyTorch`. */
    doing: z.string().min(1).max(200),
  }),
);

/** The progress of a long request. */
const progress = message(
  'progress',
  z.strictObject({ done: z.number().min(0), total: z.number().min(0), note: z.string() }),
);

const log = message('log', z.strictObject({ level: z.enum(['debug', 'info', 'warning', 'error']), text: z.string() }));

/** A cluster took a worker away. */
const preempted = message(
  'preempted',
  z.strictObject({
    /** The type of the worker's request, which is given out again; null if it had none. */
    request: z.string().nullable(),
  }),
);

/** Messages from the controller. */
export const toSidecarSchema = z.discriminatedUnion('type', [
  prepare,
  evaluate,
  measureRequest,
  costsRequest,
  forestRequest,
  verify,
  retrainRequest,
  oneShotRequest,
  exportRequest,
  importBenchmarkRequest,
  queryBenchmarkRequest,
  rankBenchmarkRequest,
  summariseBenchmarkRequest,
  shutdown,
  heartbeat,
]);

/** Messages from the sidecar. */
export const fromSidecarSchema = z.discriminatedUnion('type', [
  starting,
  hello,
  prepared,
  evaluated,
  measured,
  costed,
  fitted,
  verified,
  retrained,
  oneShotFound,
  exported,
  benchmarkImported,
  benchmarkAnswer,
  benchmarkRanking,
  benchmarkSummary,
  bye,
  heartbeat,
  progress,
  log,
  preempted,
  failed,
]);

export type ToSidecar = z.infer<typeof toSidecarSchema>;
export type FromSidecar = z.infer<typeof fromSidecarSchema>;
export type Hello = z.infer<typeof hello>['body'];
export type Prepared = z.infer<typeof prepared>['body'];
export type Progress = z.infer<typeof progress>['body'];

/** The type of the reply to each request. */
export const REPLY_OF = {
  prepare: 'prepared',
  evaluate: 'evaluated',
  measure: 'measured',
  costs: 'costed',
  fit: 'fitted',
  verify: 'verified',
  retrain: 'retrained',
  'one-shot': 'one-shot-found',
  export: 'exported',
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
  type BenchmarkFigure,
  type BenchmarkImported,
  type BenchmarkRanking,
  type BenchmarkSeries,
  type BenchmarkSummary,
  benchmarkAnswerSchema,
  benchmarkImportedSchema,
  benchmarkRankingSchema,
  benchmarkSummarySchema,
} from './benchmarks.js';
export { ERROR_CODES, type ErrorCode, type SidecarFailure } from './failure.js';
export type { Measurement } from './proxies.js';
export { PROTOCOL_VERSION };
