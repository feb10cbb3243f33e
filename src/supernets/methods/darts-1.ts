import { defineMethod, SUPERNET_SPACES } from '../definition.js';

export const firstOrderDarts = defineMethod({
  name: 'darts-1',
  doc: 'All operations of an edge, weighted by a softmax. Validation loss for the architecture, training loss for the weights.',
  source: 'DARTS, first order (Liu et al., ICLR 2019)',
  spaces: SUPERNET_SPACES,
  keys: {},
  defaults: () => ({}),
  options: () => ({}),
});
