import { z } from 'zod';
import { benchmarkAnswerSchema, verificationSchema } from '../../protocol/messages.js';
import { specificationSchema } from '../../protocol/specification.js';
import { jobFilesSchema } from '../../store/folder.js';
import { screeningSchema } from './journal.js';

const maybe = z.number().nullable();

const scoreSchema = z.strictObject({
  genotype: z.string(),
  /** What was trained for it. */
  canonical: z.string(),
  /** Null when the training diverged or failed, or there was none. */
  loss: maybe,
  crossEntropy: maybe,
  /** Linear CKA with the teacher, a stage each. */
  cka: z.array(maybe),
  steps: z.int().min(0),
  /** Millions of multiply-adds for one image; null where it was not trained, or by an older version. */
  flops: maybe,
  /** What the objective's proxies measured, by name; null where that is no finite number. */
  parts: z.record(z.string(), maybe),
  /** Of training and measuring it. */
  seconds: z.number().min(0),
  /** Why there is no score; null where there is one. */
  failure: z.string().nullable(),
});
export type ArchitectureScore = z.infer<typeof scoreSchema>;

const benchmarkSchema = z.strictObject({
  answer: benchmarkAnswerSchema.nullable(),
  /** Where the figures come from, or what would be needed to have them. */
  note: z.string(),
});
export type BenchmarkReport = z.infer<typeof benchmarkSchema>;

const verificationReportSchema = z.strictObject({
  found: verificationSchema,
  random: z.array(z.strictObject({ genotype: z.string(), verification: verificationSchema })),
});
export type VerificationReport = z.infer<typeof verificationReportSchema>;

const futilitySchema = z.strictObject({
  /** Trainings that were stopped as futile. */
  stopped: z.int().min(0),
  /** Steps that they would have gone on for. */
  stepsSaved: z.int().min(0),
  /** Trainings that could have been stopped, and that went to their end all the same to see what stopping does. */
  audited: z.int().min(0),
  /** Those of them that would have been stopped. */
  auditedStops: z.int().min(0),
  /** Those of these that ended under the threshold: it would have been wrong to stop them. */
  falseStops: z.int().min(0),
  /** falseStops / auditedStops; null where nothing would have been stopped. */
  falseStopRate: z.number().min(0).max(1).nullable(),
});

/** What a search answers: result.json, `--json` and the Node API have this one shape. */
export const resultSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  space: z.string(),
  dataset: z.string(),
  profile: z.string(),
  backend: z.string(),
  device: z.string(),
  seed: z.int(),
  /** Who proposed. */
  strategy: z.string(),
  /** What was minimised: all losses of architectures are values of it. */
  objective: z.string(),
  specification: specificationSchema,
  /** SHA-256 of the specification. */
  specificationDigest: z.string(),
  genotype: z.string(),
  /** The found architecture's own score. */
  score: scoreSchema,
  /** The evaluated architecture of lowest loss; it need not be the one that the vote finds. */
  best: z.strictObject({ genotype: z.string(), loss: z.number() }),
  stop: z.strictObject({ reason: z.string(), note: z.string() }),
  threshold: maybe,
  thresholdNote: z.string().nullable(),
  successes: z.int().min(0),
  voters: z.array(z.strictObject({ genotype: z.string(), loss: z.number() })),
  /** What stopping futile trainings did; null when RMINAS.FUTILITY is False. */
  futility: futilitySchema.nullable(),
  benchmark: benchmarkSchema,
  verification: verificationReportSchema.nullable(),
  cost: z.strictObject({
    /** From start to end, over all sessions of the run. */
    seconds: z.number().min(0),
    /** Spent in evaluations, summed over workers. */
    evaluationSeconds: z.number().min(0),
    /** Architectures in the history. */
    architectures: z.int().min(0),
    /** Architectures scored. */
    evaluations: z.int().min(0),
    /** Architectures whose score an earlier run had computed; they cost nothing and count nowhere else. */
    cached: z.int().min(0),
    /** Duplicates that took an isomorphic architecture's score. */
    reused: z.int().min(0),
    failures: z.int().min(0),
    steps: z.int().min(0),
    /** What proxies took besides the evaluations; millions of multiply-adds. */
    measuring: z.strictObject({ seconds: z.number().min(0), flops: z.number().min(0) }),
    /** Null where nothing was screened. */
    screening: screeningSchema.nullable(),
    /** What a benchmark says that training the architectures takes, where it stands in for that; else null. */
    simulatedSeconds: maybe,
    /** Processes that worked on the run: more than one after a resumption. */
    sessions: z.int().min(1),
  }),
  files: jobFilesSchema,
  notes: z.array(z.string()),
});
export type SearchResult = z.infer<typeof resultSchema>;

/** What `rminas score` answers. */
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
