import { defineMethod } from '../definition.js';
import { evolutionOptions } from '../evolution.js';
import { EVOLUTION } from '../keys.js';

export const fairNas = defineMethod({
  name: 'fairnas',
  doc: 'Each step trains every operation of every edge once, on five paths. An evolution compares paths by their accuracy.',
  source: 'FairNAS (Chu et al., ICCV 2021)',
  spaces: ['nas-bench-201'],
  keys: EVOLUTION,
  defaults: () => ({
    'LOADER.BATCH_SIZE': 256,
    'OPTIM.MAX_EPOCH': 250,
    'OPTIM.BASE_LR': 0.05,
    'OPTIM.MIN_LR': 0,
    'OPTIM.NESTEROV': false,
    'OPTIM.WEIGHT_DECAY': 2.5e-4,
  }),
  options: evolutionOptions,
});
