import type { PublishedRecipe } from '../../definitions/recipe.js';
import { defineSpace } from '../definition.js';
import { arePhotographs, IMAGENET_RECIPE, PLAIN_RECIPE } from '../recipes.js';
import { dartsGraphs } from './graph.js';
import { DARTS_GENOTYPES } from './published.js';
import { relaxedText } from './relaxed.js';
import { darts } from './space.js';

const CIFAR_RECIPE: PublishedRecipe = {
  ...PLAIN_RECIPE,
  name: 'darts-cifar',
  source: 'DARTS, section A.3.1',
  epochs: 600,
  batchSize: 96,
  learningRate: 0.025,
  nesterov: false,
  weightDecay: 3e-4,
  gradientNorm: 5,
  dropPath: 0.2,
  auxiliaryWeight: 0.4,
  cutout: 16,
  network: { channels: 36, cells: 20 },
};

const DARTS_IMAGENET_RECIPE: PublishedRecipe = {
  ...IMAGENET_RECIPE,
  name: 'darts-imagenet',
  auxiliaryWeight: 0.4,
  network: { channels: 48, cells: 14 },
};

/** The network that DARTS searches with has 16 channels and 8 cells. Tiny images need less. */
function sizeForOwnImages(resolution: number): { channels: number; cells: number } {
  return resolution <= 16 ? { channels: 8, cells: 5 } : { channels: 16, cells: 8 };
}

export const dartsDefinition = defineSpace({
  name: 'darts',
  aliases: ['infer_darts'],
  doc: 'The cells of DARTS (Liu et al., 2019); one cell serves as normal and reduction cell.',
  space: darts,
  graphs: dartsGraphs,
  published: DARTS_GENOTYPES,
  beginning: /^Genotype ?\(/,
  sizeFor: sizeForOwnImages,
  observedStep: 250,
  archivePrefix: 'darts',
  xnas: true,
  ranksEdges: true,
  retraining: {
    recipe: (dataset) => (arePhotographs(dataset) ? DARTS_IMAGENET_RECIPE : CIFAR_RECIPE),
    // Other searches find two kinds of cells or more nodes; such networks can be trained as well.
    normalForm: relaxedText,
    regularised: true,
  },
});
