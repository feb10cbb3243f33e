import { wholeNumber } from '../../definitions/key.js';
import { defineMethod } from '../definition.js';
import { PATHS_COMPARED } from '../keys.js';

export const randomSampling = defineMethod({
  name: 'random',
  doc: 'Each step trains one uniformly sampled path. The best of some random paths is the answer.',
  source: 'Random search with weight sharing (Li and Talwalkar, UAI 2019), as NAS-Bench-201 ran it',
  spaces: ['nas-bench-201'],
  keys: {
    ...PATHS_COMPARED,
    'ONESHOT.CANDIDATES': wholeNumber(100, { least: 1, most: 1_000_000 }, 'Random paths that `random` compares.'),
  },
  defaults: () => ({ 'OPTIM.MAX_EPOCH': 250 }),
  options: (values) => ({ candidates: values['ONESHOT.CANDIDATES'] }),
});
