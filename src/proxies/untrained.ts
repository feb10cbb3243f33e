/** Proxies of a network with fresh weights. */
import { defineProxy, type ProxyDefinition } from './definition.js';

const COUNTS = 'White et al., ICLR Blog Track 2022';
const ZERO_COST = 'Abdelfattah et al., ICLR 2021';
const AZ_NAS = 'Lee and Ham, CVPR 2024';

type ProxyFields = Pick<ProxyDefinition, 'name' | 'doc' | 'source'>;

/** Needs no data, or a single image of ones. */
const structural = (fields: ProxyFields) => defineProxy({ direction: 'higher', needs: 'nothing', ...fields });
/** ProxyFields on the prepared batch, or on noise of its shape. */
const onBatch = (fields: ProxyFields) => defineProxy({ direction: 'higher', needs: 'batch', ...fields });

export const UNTRAINED_PROXIES: readonly ProxyDefinition[] = [
  structural({ name: 'params', doc: 'Number of parameters.', source: COUNTS }),
  structural({
    name: 'flops',
    doc: 'Millions of multiply-adds of convolutions and linear layers for one image.',
    source: COUNTS,
  }),
  structural({
    name: 'synflow',
    doc: 'Σ|weight × gradient| of the sum of the logits for an image of ones, with absolute parameters.',
    source: 'Tanaka et al., NeurIPS 2020',
  }),
  structural({
    name: 'l2-norm',
    doc: 'Sum over the layers of the norm of the initial weights.',
    source: ZERO_COST,
  }),
  onBatch({
    name: 'naswot',
    doc: 'log|det K|, where K counts for each pair of images the rectifiers that treat both alike.',
    source: 'Mellor et al., ICML 2021',
  }),
  onBatch({
    name: 'grad-norm',
    doc: 'Sum over the layers of the norm of the gradient of the cross entropy.',
    source: ZERO_COST,
  }),
  onBatch({
    name: 'snip',
    doc: 'Σ|weight × gradient| of the cross entropy.',
    source: `Lee et al., ICLR 2019, as in ${ZERO_COST}`,
  }),
  onBatch({
    name: 'plain',
    doc: 'Σ weight × gradient of the cross entropy, with its sign.',
    source: ZERO_COST,
  }),
  onBatch({
    name: 'grasp',
    doc: '−Σ weight × (Hessian · gradient) of the cross entropy.',
    source: `Wang et al., ICLR 2020, as in ${ZERO_COST}`,
  }),
  onBatch({
    name: 'fisher',
    doc: 'Σ over the channels of their Fisher information, from activation × gradient.',
    source: `Turner et al., ICLR 2020, as in ${ZERO_COST}`,
  }),
  onBatch({
    name: 'jacob-cov',
    doc: 'Score of the eigenvalues of the correlations between the gradients of the images.',
    source: `Mellor et al., arXiv 2006.04647v1, as in ${ZERO_COST}`,
  }),
  onBatch({
    name: 'epe-nas',
    doc: 'Score of the correlations between the gradients of images of one class.',
    source: 'Lopes et al., ICANN 2021',
  }),
  onBatch({
    name: 'zen',
    doc: 'Change of the features of Gaussian noise by a small perturbation, with Gaussian weights.',
    source: 'Lin et al., ICCV 2021',
  }),
  onBatch({
    name: 'zico',
    doc: 'Sum over the layers of log Σ mean|gradient| / standard deviation, between two halves of the batch.',
    source: 'Li et al., ICLR 2023',
  }),
  onBatch({
    name: 'az-expressivity',
    doc: "Sum over the blocks of the entropy of their features' principal components.",
    source: AZ_NAS,
  }),
  onBatch({
    name: 'az-progressivity',
    doc: 'Smallest increase of that entropy from one block to the next.',
    source: AZ_NAS,
  }),
  onBatch({
    name: 'az-trainability',
    doc: "Mean over the blocks of −s − 1/(s + 1e-6) + 2, where s is the largest singular value of the block's Jacobian.",
    source: AZ_NAS,
  }),
  structural({ name: 'az-complexity', doc: 'The same number as `flops`.', source: AZ_NAS }),
];
