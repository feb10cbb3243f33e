import { z } from 'zod';
import { kindsSchema } from '../arithmetic-kinds.js';
import { COST_KINDS, costFrom } from './cost.js';

const number = z.number();
/** Over the seeds, with the sample deviation; null for one seed. */
const spread = z.strictObject({ mean: number, deviation: number.nullable() });
/** See {@link SearchCost}. */
const cost = z.strictObject(costFrom(() => number));

/** A figure of an architecture in a benchmark. Accuracy and regret in per cent. */
const figureSchema = z.strictObject({ accuracy: number, rank: z.int().min(1), regret: number });
const figures = z.array(figureSchema.nullable());

const runSchema = z.strictObject({
  seed: z.int().min(0),
  folder: z.string(),
  /** Why the search ended by itself; null if the budget ended it. */
  ended: z.string().nullable(),
  /** Architectures within the budget. */
  architectures: z.int().min(0),
  /** Cost of these architectures. */
  cost,
  /** The answer of the search after them; null if it has none yet. */
  genotype: z.string().nullable(),
  figures,
});

const rowSchema = z.strictObject({
  name: z.string(),
  strategy: z.string(),
  objective: z.string(),
  cfg: z.string(),
  /** Whether its runs go to their own end, without a budget. */
  unlimited: z.boolean(),
  runs: z.array(runSchema),
  /** Null without runs. */
  cost: z.strictObject(costFrom(() => spread)).nullable(),
  architectures: spread.nullable(),
  /** By series; null unless all runs have the figure. */
  figures: z.array(
    z
      .strictObject({
        accuracy: spread,
        rank: spread,
        regret: spread,
        /** Runs whose answer is the optimum of the space. */
        optimal: z.int().min(0),
        /** Runs whose answer is at least as good as the vote of the best architectures. */
        asGoodAsVote: z.int().min(0),
      })
      .nullable(),
  ),
  /** Regret over cost, a curve for each series: median and quartiles of the seeds. */
  curves: z.array(z.array(z.strictObject({ cost: number, median: number, low: number, high: number }))),
});

const seriesSchema = z.strictObject({
  dataset: z.string(),
  split: z.string(),
  epochs: z.int().min(1).nullable(),
  aggregation: z.string(),
  /** Number of architectures that have it. */
  architectures: z.int().min(1),
  optimum: z.strictObject({ genotype: z.string(), accuracy: number }),
});

const publishedSchema = z.strictObject({
  source: z.string(),
  rows: z.array(
    z.strictObject({
      method: z.string(),
      /** On the authors' machine. */
      seconds: number,
      accuracies: z.record(z.string(), z.strictObject({ mean: number, deviation: number })),
    }),
  ),
});

/** The result of `rminas compare`, in comparison.json, `--json` and the Node API. */
export const comparisonResultSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  space: z.string(),
  dataset: z.string(),
  /** The kind of cost that searches are compared by. The budget is in its unit; null for no budget. */
  cost: z.enum(COST_KINDS),
  budget: number.nullable(),
  /** The source of the accuracies, or what is needed to have them. */
  benchmark: z.string(),
  /** The series of accuracies. The first is of the data set that is searched on, if the benchmark has it. */
  series: z.array(seriesSchema),
  rows: z.array(rowSchema),
  /** The vote of the best architectures by the first series: the answer of voting if no score were wrong. */
  voting: z.strictObject({ genotype: z.string(), voters: z.int().min(1), figures }).nullable(),
  published: publishedSchema.nullable(),
  /** Runs that could not be completed. They are not in the rows. */
  failures: z.array(z.strictObject({ row: z.string(), seed: z.int(), reason: z.string() })),
  /** The kinds of arithmetic that made the scores, e.g. `cpu, torch 2.9.1+cpu`. Several are mixed by permission only. */
  kinds: kindsSchema,
  files: z.strictObject({
    folder: z.string(),
    result: z.string(),
    csv: z.string(),
    curves: z.array(z.string()),
  }),
});

export type ComparisonResult = z.infer<typeof comparisonResultSchema>;
export type ComparisonRow = ComparisonResult['rows'][number];
export type ComparedRun = ComparisonRow['runs'][number];
export type ComparedSeries = ComparisonResult['series'][number];
export type Figure = z.infer<typeof figureSchema>;
