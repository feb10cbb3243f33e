// An objective of your own: node own-objective.mjs [CONFIG] [KEY VALUE …]
import { search } from 'rminas';

/** The training loss, and a penalty for each million multiply-adds. */
const compact = {
  name: 'compact',
  // Architectures are trained on the batch, and the proxy flops is measured besides.
  trains: true,
  proxies: ['flops'],
  // Only the training loss itself allows stopping futile trainings early.
  isLoss: false,
  screening: null,
  score: (history) => history.map((one) => ({ ...one, loss: one.loss + 0.1 * (one.proxyValues.flops ?? Infinity) })),
};

const [cfg = 'quickstart', ...overrides] = process.argv.slice(2);
const { genotype, objective, best } = await search({ cfg, overrides, objective: compact }).result;
console.log(JSON.stringify({ genotype, objective, lowest: best.loss }));
