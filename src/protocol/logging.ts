/** The log of a run, as the Python package writes it to another tool. Entries are lines of JSON, in the order below. */
import { z } from 'zod';
import { genotype, path, seconds } from './envelope.js';

/** The tools. `optuna` takes a study and its trials, and the others take scalars and files. */
export const SINK_KINDS = ['tensorboard', 'mlflow', 'wandb', 'optuna'] as const;
export type SinkKind = (typeof SINK_KINDS)[number];

/** Milliseconds since 1970. */
const at = z.int().min(0);
const name = z.string().min(1).max(1000);
const values = z.record(name, z.union([z.string(), z.number()]));

/** First: the run, and what it was asked to do. */
const run = z.strictObject({
  type: z.literal('run'),
  /** The same each time the run is logged. */
  id: z.string().regex(/^[0-9a-f]{12}$/),
  /** Name of its folder. */
  name,
  kind: z.string(),
  /** When it began. */
  at,
  settings: z.record(name, z.union([z.string(), z.number(), z.boolean()])),
});

/** The numbers of one evaluation or epoch. */
const scalars = z.strictObject({
  type: z.literal('scalars'),
  step: z.int().min(0),
  at,
  values: z.record(name, z.number()),
});

/** The slots of the space and their choices; before the first trial. */
const study = z.strictObject({
  type: z.literal('study'),
  slots: z.array(z.strictObject({ name, choices: z.array(z.string()).min(1) })).min(1),
});

const trial = z.strictObject({
  type: z.literal('trial'),
  /** When it ended. */
  at,
  seconds,
  /** A choice for each slot. */
  choices: z.array(z.string()).min(1),
  state: z.enum(['complete', 'pruned', 'failed']),
  /** The value that the search minimises; null for a failed one. */
  value: z.number().nullable(),
  /** Steps and losses of the training, thinned. */
  curve: z.array(z.tuple([z.int().min(0), z.number()])),
  attributes: z.looseObject({ genotype }),
});

/** What the run found. */
const answer = z.strictObject({ type: z.literal('answer'), values });

/** A file that belongs to the run, such as its report. */
const file = z.strictObject({ type: z.literal('file'), path });

/** What was written so far is to be visible now. */
const flush = z.strictObject({ type: z.literal('flush') });

/** Last: how far the run is. */
const end = z.strictObject({ type: z.literal('end'), state: z.enum(['finished', 'running', 'interrupted']) });

export const logEntrySchema = z.discriminatedUnion('type', [run, scalars, study, trial, answer, file, flush, end]);
export type LogEntry = z.infer<typeof logEntrySchema>;
export type LogEntryOf<Type extends LogEntry['type']> = Extract<LogEntry, { readonly type: Type }>;
