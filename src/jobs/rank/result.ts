import { z } from 'zod';
import { specificationSchema } from '../../protocol/specification.js';
import { jobFilesSchema } from '../../store/folder.js';
import { kindsSchema } from '../arithmetic-kinds.js';
import { DUPLICATE_COUNTING } from './sample.js';

const maybe = z.number().nullable();
const count = z.int().min(0);

/** With the interval of the bootstrap; null if there is no order to compare. */
const estimate = z.strictObject({ value: maybe, low: maybe, high: maybe });
export type EstimateResult = z.infer<typeof estimate>;

const correlationSchema = z.strictObject({
  /** Name of the series of accuracies. */
  series: z.string(),
  /** Share of the truly best architectures; 1 for all. */
  best: z.number().gt(0).max(1),
  architectures: count,
  kendall: estimate,
  spearman: estimate,
});

/** Means over architectures; null if none was measured. */
const costSchema = z.strictObject({
  /** Millions of multiply-adds of all passes. */
  flops: maybe,
  seconds: maybe,
});

const rankedSchema = z.strictObject({
  /** A proxy, or `aggregate`. */
  name: z.string(),
  /** The proxies in it. */
  parts: z.array(z.strictObject({ proxy: z.string(), weight: z.number() })).min(1),
  /** All architectures, or those outside the reference set of the aggregate. */
  population: z.enum(['all', 'outside-reference']),
  architectures: count,
  /** Architectures without a finite value: they rank last. */
  withoutValue: count,
  cost: costSchema,
  /** As a share of the cost of the paper's evaluation of the same architectures. */
  ofPaper: costSchema,
  correlations: z.array(correlationSchema),
});
export type Ranked = z.infer<typeof rankedSchema>;

const seriesSchema = z.strictObject({
  name: z.string(),
  dataset: z.string(),
  split: z.string(),
  epochs: z.int().nullable(),
  aggregation: z.string(),
});

/** The result of a ranking, in result.json, `--json` and the Node API. */
export const rankingResultSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  space: z.string(),
  dataset: z.string(),
  profile: z.string(),
  backend: z.string(),
  device: z.string(),
  seed: z.int(),
  specification: specificationSchema,
  /** SHA-256 of it. */
  specificationDigest: z.string(),
  sample: z.strictObject({
    drawn: count,
    /** Architectures that the benchmark lacks: they are left out. */
    unknown: count,
    /** Duplicates: isomorphic to an earlier architecture. */
    twins: count,
    /** Whether duplicates count as often as they are drawn, or once. */
    counting: z.enum(DUPLICATE_COUNTING),
    counted: count,
    /** Number of first architectures that the aggregate ranks against. */
    reference: count,
  }),
  benchmark: z.strictObject({ name: z.string(), source: z.string(), series: z.array(seriesSchema) }),
  bootstrap: z.strictObject({ resamples: count, level: z.number() }),
  ranked: z.array(rankedSchema),
  /** The paper's evaluation of an architecture: `updates` on `batch` images with the network of the original's size. */
  paper: z.strictObject({
    channels: z.int(),
    cells: z.int(),
    resolution: z.int(),
    batch: z.int(),
    updates: z.int(),
    /** Mean millions of multiply-adds of all its passes. */
    flops: maybe,
    /** Architectures that were also trained so. */
    trainings: count,
    /** Mean seconds of these trainings, with the arithmetic and threads of this ranking. */
    seconds: maybe,
  }),
  cost: z.strictObject({
    /** Of this ranking, from start to end. */
    seconds: z.number().min(0),
    /** Architectures measured by this ranking. */
    measured: count,
    workers: z.int(),
    threads: z.int(),
  }),
  /** The kinds of arithmetic that made the scores, e.g. `cpu, torch 2.9.1+cpu`. Several are mixed by permission only. */
  kinds: kindsSchema,
  files: jobFilesSchema.extend({
    /** CSV with a line for each architecture. */
    table: z.string(),
    charts: z.array(z.string()),
  }),
  notes: z.array(z.string()),
});
export type RankingResult = z.infer<typeof rankingResultSchema>;
