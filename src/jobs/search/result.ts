import { z } from 'zod';
import { importancesSchema } from '../../protocol/forest.js';
import { benchmarkAnswerSchema, verificationSchema } from '../../protocol/messages.js';
import { specificationSchema } from '../../protocol/specification.js';
import { jobFilesSchema } from '../../store/folder.js';
import { NETWORK_COSTS } from '../../strategies/limits/costs.js';
import { kindsSchema } from '../arithmetic-kinds.js';
import { guessSchema } from './guess.js';

const maybe = z.number().nullable();

/** Candidates measured and left out, and the cost of that; flops in millions of multiply-adds. */
export const screeningSchema = z.strictObject({
  measured: z.int().min(0),
  skipped: z.int().min(0),
  seconds: z.number().min(0),
  flops: z.number().min(0),
});

const share = z.number().min(0).max(1);

/** How sure an answer is, by resampled histories. */
export const confidenceSchema = z.strictObject({
  /** Probability that the answer is the one that many such searches agree on, calibrated on NAS-Bench-201. */
  answer: share,
  /** The same for the choice of each slot of the space. */
  slots: z.array(share),
  /** Ranks that the answer is expected to be behind the best one. */
  expectedLoss: z.number().min(0),
  resamples: z.int().min(1),
});

const scoreSchema = z.strictObject({
  genotype: z.string(),
  /** The canonical genotype, which was trained. */
  canonical: z.string(),
  /** Null if the training diverged or failed, or there was none. */
  loss: maybe,
  crossEntropy: maybe,
  /** Linear CKA with the teacher, for each stage. */
  cka: z.array(maybe),
  steps: z.int().min(0),
  /** Millions of multiply-adds for one image; null without a training, or by an older version. */
  flops: maybe,
  /** Values of the objective's proxies, by name; null for a value that is not finite. */
  parts: z.record(z.string(), maybe),
  /** Seconds of training and measuring. */
  seconds: z.number().min(0),
  /** Why there is no score; null if there is one. */
  failure: z.string().nullable(),
});
export type ArchitectureScore = z.infer<typeof scoreSchema>;

export const benchmarkSchema = z.strictObject({
  answer: benchmarkAnswerSchema.nullable(),
  /** The source of the figures, or what is needed to have them. */
  note: z.string(),
});
export type BenchmarkReport = z.infer<typeof benchmarkSchema>;

const verificationReportSchema = z.strictObject({
  found: verificationSchema,
  random: z.array(z.strictObject({ genotype: z.string(), verification: verificationSchema })),
});
export type VerificationReport = z.infer<typeof verificationReportSchema>;

/** The best architectures of a search, scored again by a specification of its own. */
const lastRoundSchema = z.strictObject({
  specification: specificationSchema,
  /** SHA-256 of the specification. */
  specificationDigest: z.string(),
  /** By rising loss; the first one is the answer. Those without a loss come last. */
  scores: z.array(scoreSchema).min(1),
});
export type LastRoundReport = z.infer<typeof lastRoundSchema>;

const futilitySchema = z.strictObject({
  /** Trainings that were stopped as futile. */
  stopped: z.int().min(0),
  /** Steps that they did not take. */
  stepsSaved: z.int().min(0),
  /** Trainings that ignored the bounds, to check the effect of stopping. */
  audited: z.int().min(0),
  /** Audited trainings that the bounds would have stopped. */
  auditedStops: z.int().min(0),
  /** Audited stops of trainings that ended below the threshold: stopping them would have been wrong. */
  falseStops: z.int().min(0),
  /** falseStops / auditedStops; null without audited stops. */
  falseStopRate: z.number().min(0).max(1).nullable(),
});

/** Costs of one network; a cost that was not needed is null. */
const networkCostsSchema = z.strictObject({
  params: z.number().min(0).nullable(),
  /** Millions of multiply-adds for one image. */
  flops: z.number().min(0).nullable(),
  /** Milliseconds of an inference. */
  latency: z.number().min(0).nullable(),
});
export type NetworkCostsReport = z.infer<typeof networkCostsSchema>;

const limitsSchema = z.strictObject({
  /** The highest allowed costs; null where there is no limit. */
  most: networkCostsSchema,
  /** The costs of the found architecture. */
  found: networkCostsSchema,
  /** Images in an inference whose latency is measured. */
  latencyBatch: z.int().min(1),
});

const paretoSchema = z.strictObject({
  /** The cost of the front. */
  cost: z.enum(NETWORK_COSTS),
  /** The architectures that no other one beats, by rising loss and falling cost. */
  front: z.array(
    z.strictObject({
      /** From 1, for the lowest loss. */
      rank: z.int().min(1),
      /** The canonical genotype. */
      genotype: z.string(),
      loss: z.number(),
      costs: networkCostsSchema,
    }),
  ),
  latencyBatch: z.int().min(1),
});

/** The result of a search, in result.json, `--json` and the Node API. */
export const resultSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  space: z.string(),
  /** Null, like all that describes a training, when a custom evaluator took its place. */
  dataset: z.string().nullable(),
  profile: z.string().nullable(),
  backend: z.string().nullable(),
  device: z.string().nullable(),
  /** Name of the custom evaluator; absent when there was none. */
  evaluator: z.string().optional(),
  seed: z.int(),
  /** The strategy that proposed architectures. */
  strategy: z.string(),
  /** The objective: all losses of architectures are its values. */
  objective: z.string(),
  specification: specificationSchema.nullable(),
  /** SHA-256 of the specification. */
  specificationDigest: z.string().nullable(),
  genotype: z.string(),
  /** The score of the found architecture. */
  score: scoreSchema,
  /** The evaluated architecture of lowest loss; the vote may find another one. */
  best: z.strictObject({ genotype: z.string(), loss: z.number() }),
  stop: z.strictObject({ reason: z.string(), note: z.string() }),
  /** The last round, which decided the answer; absent without one. */
  lastRound: lastRoundSchema.optional(),
  /** How sure the answer is; absent for an answer without a model. */
  confidence: confidenceSchema.optional(),
  /** The impurity importance of each slot to the forest of the whole search; absent when no forest has proposed anything. */
  importances: importancesSchema.optional(),
  /** Limits on the costs of networks; absent in a search without limits. */
  limits: limitsSchema.optional(),
  /** The front of loss against a cost; absent unless RMINAS.PARETO names one. */
  pareto: paretoSchema.optional(),
  threshold: maybe,
  thresholdNote: z.string().nullable(),
  successes: z.int().min(0),
  voters: z.array(z.strictObject({ genotype: z.string(), loss: z.number() })),
  /** The effect of stopping futile trainings; null if they are not stopped. */
  futility: futilitySchema.nullable(),
  benchmark: benchmarkSchema,
  verification: verificationReportSchema.nullable(),
  cost: z.strictObject({
    /** From start to end, over all sessions of the run. */
    seconds: z.number().min(0),
    /** Seconds of evaluations, summed over workers. */
    evaluationSeconds: z.number().min(0),
    /** Architectures in the history. */
    architectures: z.int().min(0),
    /** Architectures evaluated by this run. */
    evaluations: z.int().min(0),
    /** Architectures with a score from another run: they cost nothing and count nowhere else. */
    cached: z.int().min(0),
    /** Duplicates, which take the score of an isomorphic architecture. */
    reused: z.int().min(0),
    failures: z.int().min(0),
    /** Requests whose worker a cluster took away; they were given out again. Absent when there are none. */
    preempted: z.int().min(1).optional(),
    steps: z.int().min(0),
    /** Cost of proxies in addition to the evaluations; flops in millions of multiply-adds. */
    measuring: z.strictObject({ seconds: z.number().min(0), flops: z.number().min(0) }),
    /** Cost of screening; null without screening. */
    screening: screeningSchema.nullable(),
    /** Seconds of training according to a benchmark that replaces the trainings; otherwise null. */
    simulatedSeconds: maybe,
    /** Processes that worked on the run: more than one if it was resumed. */
    sessions: z.int().min(1),
  }),
  /** What `rminas plan` expected of this search; absent when it was not asked. */
  planned: guessSchema.optional(),
  /** The kinds of arithmetic that made the scores, e.g. `cpu, torch 2.9.1+cpu`. Several are mixed by permission only. */
  kinds: kindsSchema,
  files: jobFilesSchema,
  notes: z.array(z.string()),
});
export type SearchResult = z.infer<typeof resultSchema>;

/** The result of `rminas score`. */
export const scoreResultSchema = z.strictObject({
  schema: z.literal(1),
  space: z.string(),
  dataset: z.string(),
  profile: z.string(),
  backend: z.string(),
  device: z.string(),
  specificationDigest: z.string(),
  scores: z.array(z.strictObject({ score: scoreSchema, benchmark: benchmarkSchema })),
  notes: z.array(z.string()),
});
export type ScoreResult = z.infer<typeof scoreResultSchema>;
