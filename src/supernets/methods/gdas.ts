import { flag } from '../../definitions/key.js';
import { defineMethod, SUPERNET_SPACES } from '../definition.js';
import { TEMPERATURES } from '../keys.js';
import { temperaturesOf } from '../temperatures.js';

export const gdas = defineMethod({
  name: 'gdas',
  doc: 'One Gumbel sample for the whole network a step. Only the sampled operations are computed.',
  source: 'GDAS (Dong and Yang, CVPR 2019)',
  spaces: SUPERNET_SPACES,
  keys: {
    ...TEMPERATURES,
    'ONESHOT.ADDS_OTHERS': flag(
      true,
      'Whether an edge of `gdas` adds the factors of the operations that are not computed. They are 0 and carry the gradient.',
    ),
  },
  defaults: () => ({ 'OPTIM.MAX_EPOCH': 250, 'DRNAS.TAU': [0.1, 10] }),
  options: (values) => ({ ...temperaturesOf(values), addsOthers: values['ONESHOT.ADDS_OTHERS'] }),
});
