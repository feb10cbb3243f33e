import { defineMethod, SUPERNET_SPACES } from '../definition.js';

export const secondOrderDarts = defineMethod({
  name: 'darts-2',
  doc: 'As `darts-1`, but the architecture follows the validation loss after one more training step.',
  source: 'DARTS, second order (Liu et al., ICLR 2019)',
  spaces: SUPERNET_SPACES,
  keys: {},
  defaults: () => ({}),
  options: () => ({}),
});
