import { z } from 'zod';
import { rangeSchema } from '../search/guess.js';

const missingSchema = z.strictObject({
  what: z.enum(['data set', 'teacher', 'benchmark', 'environment']),
  message: z.string(),
  /** How to get it. */
  nextSteps: z.array(z.string()),
});
export type MissingThing = z.infer<typeof missingSchema>;

/** The result of `rminas plan`: what a configuration comes to, before anything is spent. */
export const planResultSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  space: z.strictObject({
    name: z.string(),
    /** Number of genotypes; above 2^53 an approximation. */
    size: z.number().min(1),
    slots: z.int().min(1),
  }),
  dataset: z.strictObject({ name: z.string(), classes: z.int().min(1), resolution: z.int().min(1) }),
  /** Training images found; null when they were not read. */
  images: z.int().min(0).nullable(),
  batch: z.strictObject({ size: z.int().min(1), pool: z.int().min(1) }),
  teacher: z.string(),
  strategy: z.string(),
  objective: z.string(),
  /** Losses of a whole training; 0 when nothing is trained. */
  steps: z.int().min(0),
  /** Weight of the RMI part of the loss, 0 to 1. */
  beta: z.number().min(0).max(1),
  profile: z.string(),
  /** Null when the sidecar was not started. */
  backend: z.string().nullable(),
  device: z.string().nullable(),
  workers: z.int().min(1),
  seed: z.int(),
  stopping: z.strictObject({
    /** Random architectures first. */
    warmup: z.int().min(1),
    thresholdRate: z.number(),
    /** Good architectures that end the search; null when only the cap does. */
    successes: z.int().min(1).nullable(),
    /** Most architectures in the history. */
    cap: z.int().min(1),
    /** Whether futile trainings are stopped. */
    futility: z.boolean(),
  }),
  /** Architectures in the history, duplicates included. */
  architectures: rangeSchema,
  /** Evaluations that this run has to make. */
  evaluations: rangeSchema.extend({
    most: z.int().min(1),
    /** Scores of other runs that the warm-up can use. */
    cached: z.int().min(0),
  }),
  /** The last round, which `evaluations` does not count and `seconds` does; null without one. */
  lastRound: z
    .strictObject({
      architectures: z.int().min(1),
      /** Losses of a whole training. */
      steps: z.int().min(1),
      /** Null when they were not measured. */
      seconds: rangeSchema.nullable(),
    })
    .nullable(),
  /** Number of simulated searches. */
  simulations: z.int().min(0),
  /** Seconds of the whole search; null when something is missing or nothing could be measured. */
  seconds: rangeSchema
    .extend({
      /** Of these, for starting Python, the batch and the teacher. */
      start: z.number().min(0),
      /** For one turn of the forest. */
      turn: z.number().min(0),
      /** Processor seconds; null if unknown. */
      cpu: rangeSchema.nullable(),
    })
    .nullable(),
  /** Null when nothing was measured. */
  measured: z
    .strictObject({
      seconds: z.number().min(0),
      trainings: z.array(
        z.strictObject({
          genotype: z.string(),
          /** Millions of multiply-adds for one image; null if unknown. */
          flops: z.number().min(0).nullable(),
          /** Losses of the measured training. */
          steps: z.int().min(0),
          /** Of a whole training, by this measurement. */
          seconds: z.number().min(0),
        }),
      ),
    })
    .nullable(),
  /** Bytes of memory; null where it is not known. */
  memory: z
    .strictObject({
      /** The largest worker's peak. */
      worker: z.int().min(0),
      /** All processes of the search at their peaks; memory that they share counts more than once. */
      all: z.int().min(0),
      /** Available now. */
      free: z.int().min(0),
    })
    .nullable(),
  /** Bytes; null when nothing was measured. */
  disk: z
    .strictObject({
      /** The folder of the run. */
      run: z.int().min(0),
      /** The shared cache of scores. */
      cache: z.int().min(0),
      /** Free at OUT_DIR. */
      free: z.int().min(0).nullable(),
    })
    .nullable(),
  missing: z.array(missingSchema),
  notes: z.array(z.string()),
});
export type PlanResult = z.infer<typeof planResultSchema>;
