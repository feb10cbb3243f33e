import { z } from 'zod';

const number = z.number();
/** Over the seeds, with the sample deviation; null for one seed. */
const spread = z.strictObject({ mean: number, deviation: number.nullable() });

/** Searches of one method with equal settings, one for each seed. */
const measuredSchema = z.strictObject({
  seeds: z.array(z.int().min(0)).min(1),
  genotypes: z.array(z.string()),
  /** The size of the trained networks, e.g. `C = 8, N = 1, 16 pixels`; null where the runs differ. */
  size: z.string().nullable(),
  /** Epochs and images of a one-shot search; null for a search that evaluates architectures. */
  epochs: z.int().min(1).nullable(),
  images: z.int().min(1).nullable(),
  /** Architectures that were evaluated, or paths that were compared. */
  architectures: spread,
  seconds: spread,
  multiplyAdds: spread,
  /** Test accuracy in per cent in the benchmark, by data set. */
  accuracies: z.record(z.string(), spread),
  /** In the benchmark, on the data set of the search; null without a benchmark. */
  rank: spread.nullable(),
  /** Whether the settings are the published ones. */
  asPublished: z.boolean(),
});
export type MeasuredRuns = z.infer<typeof measuredSchema>;

const nasBench201RowSchema = z.strictObject({
  method: z.string(),
  /** Accuracies by data set, with the seconds of the authors' machine; null for a row that the paper does not have. */
  published: z
    .strictObject({
      seconds: number,
      accuracies: z.record(z.string(), z.strictObject({ mean: number, deviation: number })),
    })
    .nullable(),
  measured: z.array(measuredSchema),
  /** Why there is no run here; null where there is one. */
  notRun: z.string().nullable(),
});
export type NasBench201Row = z.infer<typeof nasBench201RowSchema>;

const retrainedSchema = z.strictObject({
  seeds: z.array(z.int().min(0)).min(1),
  /** Test error in per cent. */
  error: spread,
  /** Of the retrained network, which may be smaller than the published one. */
  parameters: z.int(),
  /** Of one training and its measurements. */
  seconds: spread,
  /** The same; an update counts as three forward passes. */
  multiplyAdds: spread,
});
export type Retrained = z.infer<typeof retrainedSchema>;

const dartsRowSchema = z.strictObject({
  method: z.string(),
  /** Name of the published genotype; null for one that was not published. */
  genotype: z.string().nullable(),
  /** Test errors in per cent on CIFAR-10; `retrained` is the paper's own retraining. */
  published: z.strictObject({
    error: spread.nullable(),
    retrained: spread.nullable(),
    parameters: z.int().nullable(),
    gpuDays: number,
  }),
  /** The retraining here; null for none. */
  retrained: retrainedSchema.nullable(),
  /** Why it was not retrained here; null where it was. */
  notRun: z.string().nullable(),
  /** Searches with a supernet here. */
  measured: z.array(measuredSchema),
});
export type DartsRow = z.infer<typeof dartsRowSchema>;

/** Whether any of the runs found was on a GPU. */
const onGpu = z.boolean();

/** What `rminas table nas-bench-201` and `rminas table darts` print with `--json`. */
export const publishedTableSchema = z.discriminatedUnion('table', [
  z.strictObject({
    schema: z.literal(1),
    rminas: z.string(),
    table: z.literal('nas-bench-201'),
    source: z.string(),
    onGpu,
    rows: z.array(nasBench201RowSchema),
  }),
  z.strictObject({
    schema: z.literal(1),
    rminas: z.string(),
    table: z.literal('darts'),
    source: z.string(),
    onGpu,
    /** The recipe of all retrainings here; null without any. */
    recipe: z
      .strictObject({
        dataset: z.string(),
        channels: z.int(),
        cells: z.int(),
        epochs: z.int(),
        batchSize: z.int(),
        trainImages: z.int(),
      })
      .nullable(),
    rows: z.array(dartsRowSchema),
  }),
]);
export type PublishedTable = z.infer<typeof publishedTableSchema>;
export type NasBench201Table = Extract<PublishedTable, { table: 'nas-bench-201' }>;
export type DartsTable = Extract<PublishedTable, { table: 'darts' }>;
