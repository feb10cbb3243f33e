import type { Objective } from '../../src/objectives/objective.js';

/** An objective of a script that maximises the loss: only the objective decides what is better. */
export const highest: Objective = {
  name: 'highest',
  trains: true,
  proxies: [],
  isLoss: false,
  screening: null,
  score: (history) =>
    history.map((one) => ({ ...one, loss: Number.isFinite(one.loss) ? -Math.abs(one.loss) : one.loss })),
};
