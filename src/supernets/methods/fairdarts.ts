import { number } from '../../definitions/key.js';
import { defineMethod, SUPERNET_SPACES } from '../definition.js';

export const fairDarts = defineMethod({
  name: 'fairdarts',
  doc: 'A sigmoid for each operation, without `none`, and a loss that drives it to 0 or 1. Edges from a threshold up stay.',
  source: 'FairDARTS (Chu et al., ECCV 2020)',
  spaces: SUPERNET_SPACES,
  keys: {
    'ONESHOT.ZERO_ONE_WEIGHT': number(10, { least: 0 }, 'Weight of the zero-one loss of `fairdarts`.'),
    'ONESHOT.THRESHOLD': number(0.85, { least: 0, most: 1 }, 'Least weight of an edge that `fairdarts` keeps.'),
  },
  defaults: () => ({
    'LOADER.BATCH_SIZE': 128,
    'OPTIM.BASE_LR': 0.005,
    'OPTIM.NESTEROV': false,
    'OPTIM.WEIGHT_DECAY': 3e-4,
    'ONESHOT.RATE_PER': 'epoch',
    'DARTS.ALPHA_LR': 3e-3,
    'ONESHOT.ALPHA_BETA1': 0.9,
  }),
  options: (values) => ({
    zeroOneWeight: values['ONESHOT.ZERO_ONE_WEIGHT'],
    threshold: values['ONESHOT.THRESHOLD'],
  }),
});
