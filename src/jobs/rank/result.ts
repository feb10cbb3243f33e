import { z } from 'zod';
import { specificationSchema } from '../../protocol/specification.js';
import { jobFilesSchema } from '../../store/folder.js';
import { DUPLICATE_COUNTING } from './sample.js';

const maybe = z.number().nullable();
const count = z.int().min(0);

/** The interval is the bootstrap's; null where there is no order to compare. */
const estimate = z.strictObject({ value: maybe, low: maybe, high: maybe });
export type EstimateResult = z.infer<typeof estimate>;

const correlationSchema = z.strictObject({
  /** Name of the series of accuracies. */
  series: z.string(),
  /** Share of the architectures, the truly best ones, that it is over; 1 for all. */
  best: z.number().gt(0).max(1),
  architectures: count,
  kendall: estimate,
  spearman: estimate,
});

/** Means over architectures; null where none was measured. */
const costSchema = z.strictObject({
  /** Millions of multiply-adds of all passes. */
  flops: maybe,
  seconds: maybe,
});

const rankedSchema = z.strictObject({
  /** A proxy, or `aggregate`. */
  name: z.string(),
  /** The proxies that it is made of. */
  parts: z.array(z.strictObject({ proxy: z.string(), weight: z.number() })).min(1),
  /** Over which architectures: all, or those that are not in the reference set of the aggregate. */
  population: z.enum(['all', 'outside-reference']),
  architectures: count,
  /** Those of them without a finite value: they rank last. */
  withoutValue: count,
  cost: costSchema,
  /** The same in parts of what the paper's evaluation costs of the same architectures. */
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

/** What a ranking answers: result.json, `--json` and the Node API have this one shape. */
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
    /** Those that the benchmark does not have: they are left out. */
    unknown: count,
    /** Those that are the same network as an earlier one. */
    twins: count,
    /** Whether twins count as often as they are drawn. */
    counting: z.enum(DUPLICATE_COUNTING),
    counted: count,
    /** First ones that the aggregate ranks against. */
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
    /** Architectures that were trained so, too. */
    trainings: count,
    /** Mean of these trainings, with the arithmetic and the threads of this ranking. */
    seconds: maybe,
  }),
  cost: z.strictObject({
    /** Of this ranking, from start to end. */
    seconds: z.number().min(0),
    /** Architectures that something was measured of. */
    measured: count,
    workers: z.int(),
    threads: z.int(),
  }),
  files: jobFilesSchema.extend({
    /** A line an architecture. */
    table: z.string(),
    charts: z.array(z.string()),
  }),
  notes: z.array(z.string()),
});
export type RankingResult = z.infer<typeof rankingResultSchema>;
