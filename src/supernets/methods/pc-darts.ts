import { wholeNumber } from '../../definitions/key.js';
import { defineMethod, SUPERNET_SPACES } from '../definition.js';
import { PARTIAL_CHANNELS } from '../keys.js';

export const pcDarts = defineMethod({
  name: 'pc-darts',
  doc: 'As `darts-1` on a share of the channels, with weights of the edges.',
  source: 'PC-DARTS (Xu et al., ICLR 2020)',
  spaces: SUPERNET_SPACES,
  keys: {
    ...PARTIAL_CHANNELS,
    'ONESHOT.FROZEN_EPOCHS': wholeNumber(
      15,
      { least: 0, most: 10_000 },
      'First epochs of `pc-darts`, in which only the weights are updated.',
    ),
  },
  defaults: () => ({
    'LOADER.BATCH_SIZE': 256,
    'OPTIM.BASE_LR': 0.1,
    'OPTIM.MIN_LR': 0,
    'OPTIM.NESTEROV': false,
    'OPTIM.WEIGHT_DECAY': 3e-4,
    'ONESHOT.RATE_PER': 'epoch',
    'DARTS.ALPHA_LR': 6e-4,
    'DRNAS.K': 4,
  }),
  options: (values) => ({ share: values['DRNAS.K'], frozenEpochs: values['ONESHOT.FROZEN_EPOCHS'] }),
});
