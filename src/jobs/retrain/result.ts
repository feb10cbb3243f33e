import { z } from 'zod';
import { retrainingSchema, type Training, trainingSchema } from '../../protocol/retraining.js';
import { spreadOf } from '../../statistics/moments.js';
import { jobFilesSchema } from '../../store/folder.js';

const percent = z.number().min(0).max(100);
/** Over the seeds, with the sample deviation; null for one seed. */
const spread = z.strictObject({ mean: percent, deviation: z.number().min(0).nullable() });
const seconds = z.number().min(0);

const seedSchema = z.strictObject({
  seed: z.int().min(0),
  /** On the test images after the last epoch, as papers report it. Per cent. */
  accuracy: percent,
  /** 100 - accuracy. */
  error: percent,
  /** Share of images whose class is among the five most probable. Per cent. */
  top5: percent,
  /** The highest accuracy of all epochs. It is chosen on the test images, so it is too optimistic. */
  best: z.strictObject({ accuracy: percent, epoch: z.int().min(1) }),
  seconds,
  epochs: trainingSchema.shape.epochs,
});

/** The result of a retraining, in result.json, `--json` and the Node API. */
export const retrainingResultSchema = z.strictObject({
  schema: z.literal(1),
  rminas: z.string(),
  space: z.string(),
  dataset: z.string(),
  genotype: z.string(),
  /** Name of the recipe that completed the configuration. */
  recipe: z.string(),
  retraining: retrainingSchema,
  /** SHA-256 of the retraining. */
  retrainingDigest: z.string(),
  device: z.string(),
  accuracy: spread,
  error: spread,
  top5: spread,
  seeds: z.array(seedSchema).min(1),
  /** Parameters, without those of an auxiliary head. */
  parameters: z.int().min(1),
  /** Millions of multiply-adds for one image. */
  flops: z.number().min(0),
  trainImages: z.int().min(1),
  testImages: z.int().min(1),
  cost: z.strictObject({
    /** From start to end, over all sessions. */
    seconds,
    /** Seconds of all epochs, summed over seeds. */
    trainingSeconds: seconds,
    /** Mean seconds of an epoch. */
    secondsPerEpoch: seconds,
    /** Processes that worked on it: more than one if it was resumed. */
    sessions: z.int().min(1),
  }),
  files: jobFilesSchema.extend({
    /** Checkpoint of each seed after its last epoch, with the weights under `state_dict`. */
    checkpoints: z.array(z.string()),
  }),
  notes: z.array(z.string()),
});
export type RetrainingResult = z.infer<typeof retrainingResultSchema>;
export type SeedResult = z.infer<typeof seedSchema>;

/** The accuracies of one training, as papers report them. */
export function seedResult(seed: number, { epochs }: Training): SeedResult {
  const last = epochs.at(-1);
  if (!last || last.accuracy === null || last.top5 === null) throw new Error('a training ends with a measurement');
  let best = { accuracy: 100 * last.accuracy, epoch: last.epoch };
  for (const { accuracy, epoch } of epochs) {
    if (accuracy !== null && 100 * accuracy > best.accuracy) best = { accuracy: 100 * accuracy, epoch };
  }
  return {
    seed,
    accuracy: 100 * last.accuracy,
    error: 100 * (1 - last.accuracy),
    top5: 100 * last.top5,
    best,
    seconds: epochs.reduce((total, epoch) => total + epoch.seconds, 0),
    epochs,
  };
}

/** Mean and deviation over seeds. */
export function summarise(seeds: readonly SeedResult[]): Pick<RetrainingResult, 'accuracy' | 'error' | 'top5'> {
  return {
    accuracy: spreadOf(seeds.map(({ accuracy }) => accuracy)),
    error: spreadOf(seeds.map(({ error }) => error)),
    top5: spreadOf(seeds.map(({ top5 }) => top5)),
  };
}
