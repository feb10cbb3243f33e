/** Messages about training a network from scratch by a published recipe. */
import { z } from 'zod';
import { genotype, message, path, seconds, seed } from './envelope.js';
import {
  assetsSchema,
  nameSchema,
  networkSchema,
  optimizerSchema,
  ownImagesSchema,
  PRECISIONS,
  specificationSchema,
} from './specification.js';

const share = z.number().min(0).max(1);
const growth = z.strictObject({ epochs: z.int().min(0).max(10_000), factor: share });
const factor = z.number().positive().max(1);

/** The learning rate of each epoch. It starts at the optimiser's rate; during `warmup.epochs` it grows from `warmup.factor` of that rate. */
const scheduleSchema = z.discriminatedUnion('policy', [
  /** Half a cosine down to the minimum. */
  z.strictObject({ policy: z.literal('cosine'), warmup: growth, minimum: z.number().min(0) }),
  /** A straight line to 0, with a flatter slope in the last five epochs. */
  z.strictObject({ policy: z.literal('linear'), warmup: growth }),
  /** Multiplied by the factor at each milestone; milestones are epochs, counted from 0. */
  z.strictObject({
    policy: z.literal('step'),
    warmup: growth,
    milestones: z.array(z.int().min(0)).max(10_000),
    factor,
  }),
  /** Multiplied by the factor after each epoch. */
  z.strictObject({ policy: z.literal('exponential'), warmup: growth, factor }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;

const trainingRecipeSchema = z.strictObject({
  epochs: z.int().min(1).max(10_000),
  /** Images per update. */
  batchSize: z.int().min(2).max(65_536),
  optimizer: optimizerSchema.omit({ cosine: true }),
  schedule: scheduleSchema,
  /** Share of each label that is distributed over all classes. */
  labelSmoothing: z.number().min(0).lt(1),
  /** Probability of drop path at the end; it grows with the epochs. 0 disables it. */
  dropPath: z.number().min(0).lt(1),
  /** Weight of the auxiliary head's loss; 0 for no auxiliary head. */
  auxiliaryWeight: z.number().min(0),
  /** Side of the square that is cut out of each image, in pixels; 0 disables it. */
  cutout: z.int().min(0).max(1024),
  /** Epochs between two measurements on the test images. The last epoch is always measured. */
  measureEvery: z.int().min(1).max(10_000),
  /** False without a batch normalisation behind each pooling of a DARTS cell, as in DARTS; left out with them, as in XNAS. */
  normalisesPools: z.literal(false).optional(),
  /** Left out for float32. */
  precision: z.enum(PRECISIONS).exclude(['float32']).optional(),
  /** Measurements without a better accuracy after which the training ends; left out for none. */
  patience: z.int().min(1).max(10_000).optional(),
  /** Also learns the probabilities of a teacher (Hinton et al., 2015); left out for the labels alone. */
  distillation: z
    .strictObject({
      /** Of the teacher's part of the loss; the labels have the rest. */
      weight: z.number().positive().max(1),
      temperature: z.number().positive(),
      teacher: specificationSchema.shape.teacher,
    })
    .optional(),
});
export type TrainingRecipe = z.infer<typeof trainingRecipeSchema>;

/** The inputs of a retraining that decide its weights, except the seed and the images. */
export const retrainingSchema = z.strictObject({
  space: nameSchema,
  genotype,
  network: networkSchema,
  dataset: nameSchema,
  /** Left out for a data set that the sidecar knows by its name. */
  images: ownImagesSchema.optional(),
  recipe: trainingRecipeSchema,
});
export type Retraining = z.infer<typeof retrainingSchema>;

/** Trains one network. If the checkpoint exists, the training continues from it. */
export const retrainRequest = message(
  'retrain',
  z.strictObject({
    retraining: retrainingSchema,
    /** Seeds the initial weights, the order of the images, their augmentation, and drop path. */
    seed,
    /** Folder of the data set; null for the data set that ships with the sidecar. */
    dataset: path.nullable(),
    /** The teacher's files, for a distillation; null for those that ship with the sidecar. Left out without one. */
    teacher: assetsSchema.omit({ dataset: true }).optional(),
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
      /** Mean of the minimised loss over the training images, with auxiliary loss and label smoothing. */
      loss: z.number(),
      /** Top-1 accuracy on the test images, 0 to 1; null if it was not measured in this epoch. */
      accuracy: share.nullable(),
      /** Top-5 accuracy on the test images, 0 to 1; null if it was not measured in this epoch. */
      top5: share.nullable(),
      seconds,
    }),
  ),
  /** Number of epochs in the checkpoint at the start. */
  resumedFrom: z.int().min(0),
  /** Number of parameters without the auxiliary head. */
  parameters: z.int().min(1),
  /** Millions of multiply-adds for one image. */
  flops: z.number().min(0),
  trainImages: z.int().min(1),
  testImages: z.int().min(1),
  /** Notes for the user, e.g. that a data set is partial. */
  notes: z.array(z.string()),
});
export type Training = z.infer<typeof trainingSchema>;
export const retrained = message('retrained', trainingSchema);
