/** The messages about tables of trained accuracies. */
import { z } from 'zod';
import { genotype, maybeNumber, message, path, seconds, seed } from './envelope.js';

/** Reads a table of trained accuracies into an index. */
export const importBenchmark = message(
  'import-benchmark',
  z.strictObject({
    /** Or a folder, for a benchmark that comes as one. */
    file: path,
    /** Folder of the indexes; the file in it is named after the benchmark. */ folder: path,
  }),
);
export const benchmarkImported = message(
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

/** What a figure of a benchmark is of. Architectures are ranked against each other within a series. */
const seriesFields = {
  dataset: z.string(),
  /** e.g. `test`, `x-valid`, `ori-test`. */
  split: z.string(),
  /** Epochs trained; null where the table does not say. */
  epochs: z.int().min(1).nullable(),
  /** How seeds were combined, e.g. `mean over seeds` or `seed 777`. */
  aggregation: z.string(),
  /** Of the one training that it is of; null for what is combined. */
  seed: z.int().min(0).nullable(),
  /** Whether the benchmark's own paper and those that use it report it. */
  reported: z.boolean(),
};
const costs = z.record(z.string(), z.number());

/** Asks an index about one architecture, by genotype or by its number in the benchmark. */
export const queryBenchmark = message(
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
      ...seriesFields,
      /** Per cent. */
      accuracy: z.number(),
      /** 1 is the best of the architectures that have this figure. */
      rank: z.int().min(1),
      /** How many those are. */
      of: z.int().min(1),
      /** Per cent below the best of them. */
      regret: z.number(),
      loss: maybeNumber,
      /** Of the whole training; null where the table does not say. */
      trainSeconds: maybeNumber,
      /** Of one evaluation on the split; null where the table does not say. */
      evalSeconds: maybeNumber,
    }),
  ),
  /** Parameters (millions), FLOPs (millions) and whatever else the table tells of the architecture. */
  costs,
});
export type BenchmarkAnswer = z.infer<typeof benchmarkAnswerSchema>;
export const benchmarkAnswer = message('benchmark-answer', benchmarkAnswerSchema);

/** Asks an index for its best architectures by one series: the first that fits, those that papers report before others. */
export const rankBenchmark = message(
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
export const benchmarkRanking = message(
  'benchmark-ranking',
  z.strictObject({
    benchmark: z.string().min(1),
    source: z.string(),
    series: z.strictObject({
      ...seriesFields,
      /** How many architectures have the figure. */
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
        /** On the data set of the series. */
        costs,
      }),
    ),
  }),
);

/** Asks what an index holds. */
export const summariseBenchmark = message('summarise-benchmark', z.strictObject({ index: path }));
export const benchmarkSummary = message(
  'benchmark-summary',
  z.strictObject({
    benchmark: z.string().min(1),
    source: z.string(),
    architectures: z.int().min(1),
    series: z.array(
      z.strictObject({
        ...seriesFields,
        /** How many architectures have the figure; accuracies are in per cent. */
        architectures: z.int().min(1),
        best: z.number(),
        worst: z.number(),
        mean: z.number(),
      }),
    ),
    costs: z.array(
      z.strictObject({ name: z.string(), architectures: z.int().min(1), least: z.number(), most: z.number() }),
    ),
  }),
);

export type BenchmarkImported = z.infer<typeof benchmarkImported>['body'];
export type BenchmarkRanking = z.infer<typeof benchmarkRanking>['body'];
export type BenchmarkSummary = z.infer<typeof benchmarkSummary>['body'];
