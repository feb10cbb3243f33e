/** Messages about searches by a supernet. */
import { z } from 'zod';
import { genotype, message, path, seconds, seed } from './envelope.js';
import { nameSchema, networkSchema, optimizerSchema, ownImagesSchema, PRECISIONS } from './specification.js';

const images = z.int().min(1).nullable();

const oneShotRecipeSchema = z.strictObject({
  epochs: z.int().min(1).max(10_000),
  /** Images per update; each training batch has a validation batch of this size beside it. */
  batchSize: z.int().min(2).max(65_536),
  /** SGD of the weights. */
  optimizer: optimizerSchema.omit({ cosine: true }),
  /** Learning rate of the weights at the end of the cosine. */
  minimumRate: z.number().min(0),
  /** The learning rate falls after each step, or after each epoch. */
  ratePer: z.enum(['step', 'epoch']),
  /** Adam of the architecture parameters. */
  architecture: z.strictObject({
    learningRate: z.number().positive(),
    weightDecay: z.number().min(0),
    beta1: z.number().min(0).lt(1),
  }),
  /** Share of the training images that trains the weights; the others validate. */
  trainShare: z.number().gt(0).lt(1),
  /** Most images of each part; null for all. */
  images,
  /** Most validation images that paths are compared on; null for all. */
  judgedImages: images,
  /** Left out for float32. */
  precision: z.enum(PRECISIONS).exclude(['float32']).optional(),
});
export type OneShotRecipe = z.infer<typeof oneShotRecipeSchema>;

/** The inputs of a one-shot search that decide its architecture, except the seed and the images. */
export const oneShotSchema = z.strictObject({
  method: nameSchema,
  /** The method's own options, by name. */
  options: z.record(z.string(), z.union([z.number(), z.boolean()])),
  space: nameSchema,
  /** Of the supernet. */
  network: networkSchema,
  dataset: nameSchema,
  /** Left out for a data set that the sidecar knows by its name. */
  images: ownImagesSchema.optional(),
  recipe: oneShotRecipeSchema,
});
export type OneShot = z.infer<typeof oneShotSchema>;

/** Trains a supernet and reads the architecture. If the checkpoint exists, the search continues from it. */
export const oneShotRequest = message(
  'one-shot',
  z.strictObject({
    oneShot: oneShotSchema,
    /** Seeds the initial weights, the order of the images, their augmentation, and all samples. */
    seed,
    /** Folder of the data set; null for the data set that ships with the sidecar. */
    dataset: path.nullable(),
    /** File that is written after each epoch. */
    checkpoint: path,
  }),
);

/** Architecture parameters, edges × operations; null for a method without them. */
const alpha = z.array(z.array(z.number())).nullable();
const multiplyAdds = z.int().min(0);

export const oneShotFoundSchema = z.strictObject({
  genotype,
  alpha,
  epochs: z.array(
    z.strictObject({
      /** Counted from 1. */
      epoch: z.int().min(1),
      /** Of the weights, in the last step. */
      learningRate: z.number().min(0),
      /** Mean training loss. */
      loss: z.number(),
      /** The architecture that the parameters describe after the epoch; null for a method without parameters. */
      genotype: genotype.nullable(),
      alpha,
      /** Multiply-adds of the epoch; a training step counts as three forward passes. */
      multiplyAdds,
      seconds,
    }),
  ),
  /** The cost of comparing paths by their accuracy. */
  judging: z.strictObject({ paths: z.int().min(0), multiplyAdds, seconds }),
  /** Number of epochs in the checkpoint at the start. */
  resumedFrom: z.int().min(0),
  /** The operations, in the order of the columns of `alpha`. */
  operations: z.array(z.string().min(1)),
  /** Parameters of the supernet. */
  parameters: z.int().min(1),
  trainImages: z.int().min(1),
  validationImages: z.int().min(1),
  /** Notes for the user, e.g. that a data set is partial. */
  notes: z.array(z.string()),
});
export type OneShotFound = z.infer<typeof oneShotFoundSchema>;
export const oneShotFound = message('one-shot-found', oneShotFoundSchema);
