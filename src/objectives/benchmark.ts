import type { Objective } from './objective.js';

/** The name of a benchmark's accuracy, in per cent, among what was measured of an architecture. */
export const ACCURACY = 'accuracy';

/** The accuracy that a benchmark has of an architecture: what a search would find that trained every candidate. */
export const BENCHMARK: Objective = {
  name: 'benchmark',
  trains: false,
  proxies: [],
  isLoss: false,
  screening: null,
  score: (history) =>
    history.map((observation) => ({
      ...observation,
      loss: 0 - (observation.proxyValues[ACCURACY] ?? Number.NEGATIVE_INFINITY),
    })),
};
