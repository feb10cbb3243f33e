import { defineObjective } from './definition.js';
import type { Objective } from './objective.js';

/** The objective of the paper: the loss at the end of the training on one batch. */
export const RMI: Objective = {
  name: 'rmi',
  trains: true,
  proxies: [],
  isLoss: true,
  screening: null,
  score: (history) => history,
};

export const rmi = defineObjective({
  name: 'rmi',
  aliases: [],
  doc: "The paper's objective: the loss after a short training on one batch.",
  keys: {},
  choose: () => ({ kind: 'rmi' }),
});
