/** Proxies that are observed during a training on the batch. One training serves all of them. */
import { defineProxy, type ProxyDefinition } from './definition.js';

const RMI_NAS = 'Zheng et al., CVPR 2022';
const CKA = 'Kornblith et al., ICML 2019';

const stage = (number: number): ProxyDefinition =>
  defineProxy({
    name: `cka-${number}`,
    direction: 'higher',
    needs: 'training',
    doc: `Linear CKA between stage ${number} and the same stage of the teacher.`,
    source: CKA,
  });

export const TRAINING_PROXIES: readonly ProxyDefinition[] = [
  defineProxy({
    name: 'rmi',
    direction: 'lower',
    needs: 'training',
    doc: 'The loss that RMI-NAS ranks by: β·Σ(1 − CKA) + (1 − β)·cross entropy, with `RMINAS.LOSS_BETA` as β.',
    source: RMI_NAS,
  }),
  defineProxy({
    name: 'cross-entropy',
    direction: 'lower',
    needs: 'training',
    doc: 'The cross entropy on the batch, the other term of that loss.',
    source: RMI_NAS,
  }),
  defineProxy({
    name: 'cka',
    direction: 'higher',
    needs: 'training',
    doc: 'Mean over the stages of the linear CKA with the teacher.',
    source: CKA,
  }),
  stage(1),
  stage(2),
  stage(3),
];
