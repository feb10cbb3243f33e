/** The messages about training a network from scratch by a published recipe. */
import { z } from 'zod';
import { genotype, message, path, seconds, seed } from './envelope.js';
import { nameSchema, networkSchema, optimizerSchema } from './specification.js';

const share = z.number().min(0).max(1);
const growth = z.strictObject({ epochs: z.int().min(0).max(10_000), factor: share });
const factor = z.number().positive().max(1);

/** The learning rate of each epoch, from the optimiser's own on. Before `warmup.epochs` it grows from `warmup.factor` of that. */
const scheduleSchema = z.discriminatedUnion('policy', [
  /** Along half a cosine to the minimum. */
  z.strictObject({ policy: z.literal('cosine'), warmup: growth, minimum: z.number().min(0) }),
  /** In a straight line to 0, with a gentler slope in the last five epochs. */
  z.strictObject({ policy: z.literal('linear'), warmup: growth }),
  /** By the factor at each milestone, an epoch counted from 0. */
  z.strictObject({
    policy: z.literal('step'),
    warmup: growth,
    milestones: z.array(z.int().min(0)).max(10_000),
    factor,
  }),
  /** By the factor after each epoch. */
  z.strictObject({ policy: z.literal('exponential'), warmup: growth, factor }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;

const recipeSchema = z.strictObject({
  epochs: z.int().min(1).max(10_000),
  /** Images in an update. */
  batchSize: z.int().min(2).max(65_536),
  optimizer: optimizerSchema.omit({ cosine: true }),
  schedule: scheduleSchema,
  /** Share of each label that is spread over all classes. */
  labelSmoothing: z.number().min(0).lt(1),
  /** Probability of drop path that the epochs lead up to; 0 for none. */
  dropPath: z.number().min(0).lt(1),
  /** Weight of the auxiliary head's loss; 0 for no such head. */
  auxiliaryWeight: z.number().min(0),
  /** Pixels of the side of the square that is cut out of each image; 0 for none. */
  cutout: z.int().min(0).max(1024),
  /** Epochs between two measurements on the test images; the last epoch is always measured. */
  measureEvery: z.int().min(1).max(10_000),
});
export type TrainingRecipe = z.infer<typeof recipeSchema>;

/** Everything that trained weights depend on besides the seed and the images. */
export const retrainingSchema = z.strictObject({
  space: nameSchema,
  genotype,
  network: networkSchema,
  dataset: nameSchema,
  recipe: recipeSchema,
});
export type Retraining = z.infer<typeof retrainingSchema>;

/** Trains one network, or goes on from the checkpoint where there is one. */
export const retrain = message(
  'retrain',
  z.strictObject({
    retraining: retrainingSchema,
    /** Of the initial weights, the order of the images, their distortion and drop path. */
    seed,
    /** Folder of the data set's files; null for the one that ships with the sidecar. */
    dataset: path.nullable(),
    /** File that is written after each epoch. */
    checkpoint: path,
  }),
);

export const trainingSchema = z.strictObject({
  epochs: z.array(
    z.strictObject({
      /** Counted from 1. */
      epoch: z.int().min(1),
      learningRate: z.number().min(0),
      /** What was minimised, auxiliary loss and label smoothing included: its mean over the training images. */
      loss: z.number(),
      /** Share of the test images whose class is the network's first guess; null where it was not measured. */
      accuracy: share.nullable(),
      /** The same for its first five guesses. */
      top5: share.nullable(),
      seconds,
    }),
  ),
  /** Epochs that the checkpoint had already. */
  resumedFrom: z.int().min(0),
  /** Without those of an auxiliary head. */
  parameters: z.int().min(1),
  /** Millions of multiply-adds for one image. */
  flops: z.number().min(0),
  trainImages: z.int().min(1),
  testImages: z.int().min(1),
  /** What the user should know, e.g. that a data set is partial. */
  notes: z.array(z.string()),
});
export type Training = z.infer<typeof trainingSchema>;
export const retrained = message('retrained', trainingSchema);
