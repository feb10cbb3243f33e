/** The document of a report: plain JSON. The page draws it, `rminas ui` sends it, and `--charts` writes its charts to files. */
import { z } from 'zod';
import { chartSchema } from '../../charts/chart.js';
import type { OperationFamily } from '../../definitions/graph.js';

const OPERATION_FAMILIES = [
  ...['none', 'skip', 'conv', 'separable', 'dilated', 'factorised'],
  ...['average', 'maximum', 'narrow', 'wide', 'choice'],
] as OperationFamily[];
const maybe = z.number().nullable();
const count = z.int().min(0);

/** A labelled value. */
const factSchema = z.strictObject({
  label: z.string(),
  value: z.string(),
  /** Explains the value. */
  note: z.string().optional(),
});
export type Fact = z.infer<typeof factSchema>;

const cellTextSchema = z.union([z.string(), z.number(), z.null()]);
const tableSchema = z.strictObject({
  columns: z.array(z.strictObject({ label: z.string(), numeric: z.boolean() })),
  rows: z.array(
    z.strictObject({
      cells: z.array(cellTextSchema),
      /** Number of the architecture that the row stands for. */
      item: count.optional(),
    }),
  ),
});
export type ReportTable = z.infer<typeof tableSchema>;

const commandSchema = z.strictObject({ purpose: z.string(), command: z.string() });
export type ReportCommand = z.infer<typeof commandSchema>;

const blockSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({ type: z.literal('facts'), facts: z.array(factSchema) }),
  z.strictObject({
    type: z.literal('chart'),
    /** Names the file of `--charts`; unique in its run. */
    id: z.string().regex(/^[a-z0-9.@-]+$/i),
    chart: chartSchema,
    /** What the chart shows, in words: also for those who cannot see it. */
    text: z.string(),
  }),
  z.strictObject({ type: z.literal('table'), title: z.string(), table: tableSchema }),
  z.strictObject({ type: z.literal('commands'), commands: z.array(commandSchema) }),
  /** The list of all architectures of a search. */
  z.strictObject({ type: z.literal('architectures') }),
]);
export type Block = z.infer<typeof blockSchema>;

const sectionSchema = z.strictObject({
  id: z.string().regex(/^[a-z-]+$/),
  title: z.string(),
  blocks: z.array(blockSchema),
});
export type Section = z.infer<typeof sectionSchema>;

/** How an evaluation of a search ended, or why there was none. */
export const OUTCOMES = ['whole', 'stopped', 'diverged', 'failed'] as const;

const architectureSchema = z.strictObject({
  /** The genotype as it was proposed. */
  genotype: z.string(),
  phase: z.enum(['warm-up', 'guided']),
  turn: count,
  /** The value that the search minimises; null where there is none. */
  loss: maybe,
  outcome: z.enum(OUTCOMES),
  /** Below the threshold. */
  good: z.boolean(),
  /** Number of the earlier architecture whose score a duplicate has; null for an evaluated one. */
  duplicateOf: count.nullable(),
  /** Whether the score is that of another run. */
  cached: z.boolean(),
  steps: count,
  seconds: z.number().min(0),
  /** Training loss over steps, thinned; null where it was not finite. */
  curve: z.array(z.tuple([count, maybe])),
  /** CKA of each stage with the teacher's at the last step. */
  cka: z.array(maybe),
  /** CKA of each stage at the first observed step and at each `every`-th after it; null where it was not recorded. */
  ckaCurve: z.strictObject({ every: z.int().min(1), stages: z.array(z.array(maybe)) }).nullable(),
  crossEntropy: maybe,
  /** Trainable parameters, and millions of multiply-adds for one image; null where they were not recorded. */
  params: maybe,
  flops: maybe,
  /** Values of the objective's proxies by name. */
  proxies: z.record(z.string(), maybe),
  /** Why there is no score; null if there is one. */
  failure: z.string().nullable(),
  /** Accuracy in a benchmark, in per cent; null without one. */
  accuracy: maybe,
});
export type ReportArchitecture = z.infer<typeof architectureSchema>;

/** See {@link PackedPicture}. */
const pictureSchema = z.array(count);
const picturesSchema = z.strictObject({
  operations: z.array(z.strictObject({ name: z.string(), label: z.string(), family: z.enum(OPERATION_FAMILIES) })),
  shapes: z.array(z.string()),
  /** Of the answer; null where there is none. */
  answer: pictureSchema.nullable(),
  /** Of each architecture. Empty for a space without pictures. */
  architectures: z.array(pictureSchema),
});

export const REPORT_KINDS = ['search', 'ranking', 'comparison', 'retraining', 'one-shot', 'explanation'] as const;

const runReportSchema = z.strictObject({
  kind: z.enum(REPORT_KINDS),
  /** Name of its folder. */
  name: z.string(),
  folder: z.string(),
  state: z.enum(['finished', 'running', 'interrupted']),
  /** The result in one line: the genotype of a search. */
  headline: z.string(),
  /** What the headline is, in words. */
  caption: z.string(),
  /** How it was found, in words. */
  paragraphs: z.array(z.string()),
  facts: z.array(factSchema),
  /** Graphs of architectures, packed. */
  pictures: picturesSchema,
  sections: z.array(sectionSchema),
  /** Architectures of a search, in the order of its history. */
  architectures: z.array(architectureSchema),
});
export type RunReport = z.infer<typeof runReportSchema>;

export const reportSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  title: z.string(),
  /** What several runs have in common, side by side; empty for one run. */
  comparison: z.array(sectionSchema),
  runs: z.array(runReportSchema).min(1),
});
export type Report = z.infer<typeof reportSchema>;
