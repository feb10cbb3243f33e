import { defineSpace } from '../definition.js';
import { IMAGENET_RECIPE } from '../recipes.js';
import { mbGraphs } from './graph.js';
import { mb } from './space.js';

export const mbDefinition = defineSpace({
  name: 'mb',
  // The file of the archive names it after the supernet that its blocks come from.
  aliases: ['ofa'],
  doc: "The archive's space of MobileNetV3 blocks.",
  space: mb,
  graphs: mbGraphs,
  network: { channels: 24, cells: 20 },
  observedStep: 250,
  schedule: 'clipped-cosine',
  script: {
    name: "the archive's RMINAS_mb_imagenet.py",
    keys: { 'RMINAS.RF_WARMUP': 200, 'RMINAS.VOTE_TOP': 30 },
    dataset: 'imagenet',
  },
  archivePrefix: 'mb',
  retraining: { recipe: () => IMAGENET_RECIPE },
});
