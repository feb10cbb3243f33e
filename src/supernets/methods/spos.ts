import { defineMethod } from '../definition.js';
import { evolutionOptions } from '../evolution.js';
import { EVOLUTION } from '../keys.js';

export const spos = defineMethod({
  name: 'spos',
  doc: 'Each step trains one uniformly sampled path. An evolution compares paths by their accuracy.',
  source: 'Single Path One-Shot (Guo et al., ECCV 2020), with the recipe of XNAS for NAS-Bench-201',
  spaces: ['nas-bench-201'],
  keys: EVOLUTION,
  defaults: () => ({ 'LOADER.BATCH_SIZE': 128, 'OPTIM.NESTEROV': false, 'OPTIM.WEIGHT_DECAY': 1e-4 }),
  options: evolutionOptions,
});
