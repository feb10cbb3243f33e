import { number } from '../../definitions/key.js';
import { defineMethod, SUPERNET_SPACES } from '../definition.js';
import { TEMPERATURES } from '../keys.js';
import { temperaturesOf } from '../temperatures.js';

export const snas = defineMethod({
  name: 'snas',
  doc: 'All operations, weighted by a soft Gumbel sample. One loss with a penalty on the cost updates both.',
  source: 'SNAS (Xie et al., ICLR 2019)',
  spaces: SUPERNET_SPACES,
  keys: {
    ...TEMPERATURES,
    'ONESHOT.RESOURCE_WEIGHT': number(
      1.5e-3,
      { least: 0 },
      'Weight of the logarithm of the expected multiply-adds in the loss of `snas`.',
    ),
    'ONESHOT.DROP_PATH': number(0.3, { least: 0, below: 1 }, 'Probability of drop path of `snas`.'),
  },
  defaults: () => ({ 'OPTIM.MAX_EPOCH': 150, 'DRNAS.TAU': [0.03, 1] }),
  options: (values) => ({
    ...temperaturesOf(values),
    resourceWeight: values['ONESHOT.RESOURCE_WEIGHT'],
    dropPath: values['ONESHOT.DROP_PATH'],
  }),
});
