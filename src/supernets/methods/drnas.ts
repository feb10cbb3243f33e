import { defineMethod, SUPERNET_SPACES } from '../definition.js';
import { PARTIAL_CHANNELS } from '../keys.js';

export const drNas = defineMethod({
  name: 'drnas',
  doc: 'All operations, weighted by a Dirichlet sample. The progressive variant is left out.',
  source: 'DrNAS (Chen et al., ICLR 2021)',
  spaces: SUPERNET_SPACES,
  keys: PARTIAL_CHANNELS,
  defaults: (space) =>
    space === 'darts'
      ? {
          'SPACE.CHANNELS': 36,
          'SPACE.LAYERS': 20,
          'OPTIM.BASE_LR': 0.1,
          'OPTIM.MIN_LR': 0,
          'DARTS.ALPHA_LR': 6e-4,
          'DRNAS.K': 6,
        }
      : { 'OPTIM.MAX_EPOCH': 100, 'OPTIM.NESTEROV': false, 'OPTIM.WEIGHT_DECAY': 3e-4 },
  options: (values) => ({ share: values['DRNAS.K'] }),
});
