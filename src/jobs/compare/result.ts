import { z } from 'zod';
import { COST_KINDS, costFrom } from './cost.js';

const number = z.number();
/** Over the seeds; the deviation is the sample's, null for one seed. */
const spread = z.strictObject({ mean: number, deviation: number.nullable() });
/** As {@link SearchCost} has it. */
const cost = z.strictObject(costFrom(() => number));

/** What a benchmark has of one architecture, by series; null where it does not have it. Accuracy and regret in per cent. */
const figureSchema = z.strictObject({ accuracy: number, rank: z.int().min(1), regret: number });
const figures = z.array(figureSchema.nullable());

const runSchema = z.strictObject({
  seed: z.int().min(0),
  folder: z.string(),
  /** Why the search ended by itself; null when the budget ended it. */
  ended: z.string().nullable(),
  /** Architectures within the budget. */
  architectures: z.int().min(0),
  /** What these took. */
  cost,
  /** What the search answers after them; null where it has no answer yet. */
  genotype: z.string().nullable(),
  figures,
});

const rowSchema = z.strictObject({
  name: z.string(),
  strategy: z.string(),
  objective: z.string(),
  cfg: z.string(),
  /** Whether its runs go on to their own end, whatever they cost. */
  unlimited: z.boolean(),
  runs: z.array(runSchema),
  /** Null where there is no run. */
  cost: z.strictObject(costFrom(() => spread)).nullable(),
  architectures: spread.nullable(),
  /** By series; null where not all of the runs have the figure. */
  figures: z.array(
    z
      .strictObject({
        accuracy: spread,
        rank: spread,
        regret: spread,
        /** Runs whose answer no architecture of the space is better than. */
        optimal: z.int().min(0),
        /** Runs whose answer is no worse than what the vote of the truly best finds. */
        asGoodAsVote: z.int().min(0),
      })
      .nullable(),
  ),
  /** Regret over the cost that the comparison is by, a curve a series; median and quartiles of the seeds. */
  curves: z.array(z.array(z.strictObject({ cost: number, median: number, low: number, high: number }))),
});

const seriesSchema = z.strictObject({
  dataset: z.string(),
  split: z.string(),
  epochs: z.int().min(1).nullable(),
  aggregation: z.string(),
  /** Architectures that have it. */
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

/** What `rminas compare` answers: comparison.json, `--json` and the Node API have this one shape. */
export const comparisonResultSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  space: z.string(),
  dataset: z.string(),
  /** What searches are compared by, and how much of it each may spend; null for as much as it wants. */
  cost: z.enum(COST_KINDS),
  budget: number.nullable(),
  /** Where the accuracies come from, or what would be needed to have them. */
  benchmark: z.string(),
  /** The series of accuracies; the first is of the data set that is searched on, where the benchmark has that. */
  series: z.array(seriesSchema),
  rows: z.array(rowSchema),
  /** The vote of the architectures that are best by the first series: where voting leads when nothing is misjudged. */
  voting: z.strictObject({ genotype: z.string(), voters: z.int().min(1), figures }).nullable(),
  published: publishedSchema.nullable(),
  /** Runs that could not be completed: the comparison is without them. */
  failures: z.array(z.strictObject({ row: z.string(), seed: z.int(), reason: z.string() })),
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
