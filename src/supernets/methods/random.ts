import { wholeNumber } from '../../definitions/key.js';
import { defineMethod, SUPERNET_SPACES } from '../definition.js';
import { PATHS_COMPARED } from '../keys.js';

export const randomSampling = defineMethod({
  name: 'random',
  doc: 'Each step trains one uniformly sampled path. The best of some random paths is the answer.',
  source: 'Random search with weight sharing (Li and Talwalkar, UAI 2019), on NAS-Bench-201 as its authors ran it',
  spaces: SUPERNET_SPACES,
  keys: {
    ...PATHS_COMPARED,
    'ONESHOT.CANDIDATES': wholeNumber(100, { least: 1, most: 1_000_000 }, 'Random paths that `random` compares.'),
  },
  defaults: (space) =>
    space === 'darts'
      ? {
          'OPTIM.MAX_EPOCH': 100,
          'OPTIM.GRAD_CLIP': 0.25,
          'ONESHOT.CANDIDATES': 1000,
          // Ten batches.
          'ONESHOT.JUDGED_IMAGES': 640,
        }
      : { 'OPTIM.MAX_EPOCH': 250 },
  options: (values) => ({ candidates: values['ONESHOT.CANDIDATES'] }),
});
