/** The recipes that several spaces share. */
import type { DatasetDefinition } from '../datasets/definition.js';
import type { PublishedRecipe } from '../definitions/recipe.js';

/** SGD along a cosine, without regularisation: NAS-Bench-201 trains all of its architectures like this. */
export const PLAIN_RECIPE: PublishedRecipe = {
  name: 'nas-bench-201',
  source: 'NAS-Bench-201, section 2.2',
  epochs: 200,
  batchSize: 256,
  learningRate: 0.1,
  momentum: 0.9,
  dampening: 0,
  nesterov: true,
  weightDecay: 5e-4,
  gradientNorm: 0,
  schedule: 'cosine',
  labelSmoothing: 0,
  dropPath: 0,
  auxiliaryWeight: 0,
  cutout: 0,
  network: null,
  largeBatch: null,
};

/** Above this side in pixels, images of the user are trained on like those of ImageNet. */
const SMALL_SIDE = 64;

/** Whether the recipes for ImageNet suit a data set; those for CIFAR suit small images. */
export function arePhotographs({ resizable, resolution, own }: DatasetDefinition): boolean {
  return resizable && (own === undefined || resolution > SMALL_SIDE);
}

/** The script of DARTS lowers the rate by 3 % per epoch (`exp` with LR_MULT 0.97); its successors use a straight line. */
export const IMAGENET_RECIPE: PublishedRecipe = {
  ...PLAIN_RECIPE,
  name: 'imagenet',
  source: 'DARTS, section A.3.2, with the schedule of PC-DARTS',
  epochs: 250,
  batchSize: 128,
  nesterov: false,
  weightDecay: 3e-5,
  gradientNorm: 5,
  schedule: 'linear',
  labelSmoothing: 0.1,
  // Epochs 1 to 5 train with 1/5, 2/5, … and all of the learning rate.
  largeBatch: { above: 256, warmupEpochs: 4, warmupFactor: 0.2 },
};
