/** Messages about benchmarks: tables of trained accuracies. */
import { z } from 'zod';
import { genotype, maybeNumber, message, path, seconds, seed } from './envelope.js';

/** Imports a table of trained accuracies into an index. */
export const importBenchmarkRequest = message(
  'import-benchmark',
  z.strictObject({
    /** The table: a file, or a folder for a benchmark that consists of many files. */
    file: path,
    /** Folder of the indexes. The index in it is named after the benchmark. */
    folder: path,
    /** Unit of the accuracies; by default per cent, with a check. */
    unit: z.enum(['percent', 'fraction']).optional(),
    /** Names of columns in a CSV table, by the names that the importer knows, e.g. `cifar10_test`. */
    columns: z.record(z.string(), z.string()).optional(),
    /** Whether a table may replace an index with more architectures. */
    replace: z.boolean().optional(),
  }),
);
export const benchmarkImportedSchema = z.strictObject({
  benchmark: z.string().min(1),
  /** Path of the index. */
  index: path,
  architectures: z.int().min(1),
  results: z.int().min(1),
  datasets: z.array(z.string()),
  seconds,
});
export type BenchmarkImported = z.infer<typeof benchmarkImportedSchema>;
export const benchmarkImported = message('benchmark-imported', benchmarkImportedSchema);

/** Identifies a series of figures. Architectures are ranked within a series. */
const seriesFields = {
  dataset: z.string(),
  /** e.g. `test`, `x-valid`, `ori-test`. */
  split: z.string(),
  /** Epochs of training; null if the table does not say. */
  epochs: z.int().min(1).nullable(),
  /** How seeds were combined, e.g. `mean over seeds` or `seed 777`. */
  aggregation: z.string(),
  /** Seed of a single training; null for a combination of seeds. */
  seed: z.int().min(0).nullable(),
  /** Whether papers report this series. */
  reported: z.boolean(),
};
const costs = z.record(z.string(), z.number());

/** Queries an index for one architecture, by genotype or by number in the benchmark. */
export const queryBenchmarkRequest = message(
  'query-benchmark',
  z.strictObject({ index: path, architecture: z.union([genotype, z.int().min(0)]) }),
);
export const benchmarkAnswerSchema = z.strictObject({
  benchmark: z.string().min(1),
  source: z.string(),
  /** Number of the architecture in the benchmark's order. */
  number: z.int().min(0),
  genotype,
  /** Number of architectures in the index. */
  architectures: z.int().min(1),
  figures: z.array(
    z.strictObject({
      ...seriesFields,
      /** Per cent. */
      accuracy: z.number(),
      /** Rank among the architectures with this figure; 1 is the best. */
      rank: z.int().min(1),
      /** Number of architectures with this figure. */
      of: z.int().min(1),
      /** Distance to the best of them, in per cent. */
      regret: z.number(),
      loss: maybeNumber,
      /** Duration of the whole training; null if the table does not say. */
      trainSeconds: maybeNumber,
      /** Duration of one evaluation on the split; null if the table does not say. */
      evalSeconds: maybeNumber,
    }),
  ),
  /** Parameters (millions), FLOPs (millions) and other costs from the table. */
  costs,
});
export type BenchmarkAnswer = z.infer<typeof benchmarkAnswerSchema>;
/** One accuracy of one architecture, with its series and rank. */
export type BenchmarkFigure = BenchmarkAnswer['figures'][number];
export const benchmarkAnswer = message('benchmark-answer', benchmarkAnswerSchema);

/** Queries an index for its best architectures by one series. Null matches every series; reported series come first. */
export const rankBenchmarkRequest = message(
  'rank-benchmark',
  z.strictObject({
    index: path,
    dataset: z.string().max(256).nullable(),
    split: z.string().max(256).nullable(),
    epochs: z.int().min(1).nullable(),
    seed: seed.nullable(),
    count: z.int().min(1).max(100_000),
  }),
);
export const benchmarkRankingSchema = z.strictObject({
  benchmark: z.string().min(1),
  source: z.string(),
  series: z.strictObject({
    ...seriesFields,
    /** Number of architectures with a figure. */
    architectures: z.int().min(1),
  }),
  best: z.array(
    z.strictObject({
      rank: z.int().min(1),
      number: z.int().min(0),
      genotype,
      /** Per cent. */
      accuracy: z.number(),
      loss: maybeNumber,
      /** Costs on the data set of the series. */
      costs,
    }),
  ),
});
export type BenchmarkRanking = z.infer<typeof benchmarkRankingSchema>;
export const benchmarkRanking = message('benchmark-ranking', benchmarkRankingSchema);

/** Queries the contents of an index. */
export const summariseBenchmarkRequest = message('summarise-benchmark', z.strictObject({ index: path }));
export const benchmarkSummarySchema = z.strictObject({
  benchmark: z.string().min(1),
  source: z.string(),
  architectures: z.int().min(1),
  series: z.array(
    z.strictObject({
      ...seriesFields,
      /** Number of architectures with a figure. The accuracies below are in per cent. */
      architectures: z.int().min(1),
      best: z.number(),
      worst: z.number(),
      mean: z.number(),
    }),
  ),
  costs: z.array(
    z.strictObject({ name: z.string(), architectures: z.int().min(1), least: z.number(), most: z.number() }),
  ),
});
export type BenchmarkSummary = z.infer<typeof benchmarkSummarySchema>;
/** One series of accuracies in an index. */
export type BenchmarkSeries = BenchmarkSummary['series'][number];
export const benchmarkSummary = message('benchmark-summary', benchmarkSummarySchema);
