import { defineSpace } from '../definition.js';
import { IMAGENET_RECIPE } from '../recipes.js';
import { proxylessGraphs } from './graph.js';
import { proxyless } from './space.js';

export const proxylessDefinition = defineSpace({
  name: 'proxyless',
  doc: 'The space of ProxylessNAS (Cai et al., 2019) as XNAS encodes it.',
  space: proxyless,
  graphs: proxylessGraphs,
  network: { channels: 32, cells: 21 },
  script: { keys: { 'RMINAS.VOTE_TOP': 100 } },
  xnas: true,
  retraining: { recipe: () => IMAGENET_RECIPE },
});
