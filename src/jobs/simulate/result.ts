import { z } from 'zod';
import { CHOICE_FIGURES } from './plan.js';
import { HALVES } from './split.js';

const number = z.number();
const count = z.int().min(0);

const partSchema = z.strictObject({
  /** Null for all batches of the tables. */
  batches: z.array(count).nullable(),
  seeds: z.array(count),
  architectures: z.enum(HALVES),
});

/** A figure of the answers over all searches of a row. `low` is the 5 % quantile. */
const figuresSchema = z.strictObject({
  mean: number,
  median: number,
  low: number,
  worst: number,
  meanRank: number,
  worstRank: number,
});

const rowSchema = z.strictObject({
  /** The variant. */
  name: z.string(),
  part: z.enum(['choose', 'report']),
  searches: count,
  /** Means over the searches. FLOPs are millions of multiply-adds. */
  cost: z.strictObject({ flops: number, seconds: number, evaluations: number, architectures: number }),
  /** Mean number of draws and neighbours that the table does not have. */
  refused: number,
  /** One for each series; null if the benchmark lacks an answer. */
  figures: z.array(figuresSchema.nullable()),
  /** The most common answers, the most common first. */
  answers: z.array(z.strictObject({ genotype: z.string(), searches: count })),
  /**
   * For answers with a probability: how often those stated from `from` to `to` are the most common answer of the row.
   * Means over the searches in the bin.
   */
  calibration: z.array(z.strictObject({ from: number, to: number, searches: count, stated: number, observed: number })),
});

/** The result of `rminas simulate`, in result.json, `--json` and the Node API. */
export const simulationResultSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  space: z.string(),
  dataset: z.string(),
  tables: z.array(
    z.strictObject({
      folder: z.string(),
      batches: z.array(count),
      architectures: count,
      /** Of these, the ones that simulations measured since the table lacked them. */
      added: count,
      isComplete: z.boolean(),
    }),
  ),
  split: z.strictObject({ choose: partSchema.nullable(), report: partSchema, chooseBy: z.enum(CHOICE_FIGURES) }),
  /** The source of the accuracies, or what is needed to have them. */
  benchmark: z.string(),
  series: z.array(z.strictObject({ dataset: z.string(), split: z.string(), epochs: z.int().nullable() })),
  rows: z.array(rowSchema),
  /** The variant that is best on the part to choose on; null without a choice. */
  chosen: z.string().nullable(),
  /** Measurements of architectures that the tables lacked; null if searches proposed only what the tables have. */
  measured: count.nullable(),
  /** Of all simulated searches together. */
  seconds: number,
  files: z.strictObject({ folder: z.string(), result: z.string(), csv: z.string() }),
});
export type SimulationResult = z.infer<typeof simulationResultSchema>;
export type SimulationRow = SimulationResult['rows'][number];
