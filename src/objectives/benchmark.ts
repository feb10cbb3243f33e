import { text } from '../definitions/key.js';
import { defineObjective } from './definition.js';
import type { Objective } from './objective.js';

/** The name of a benchmark's accuracy, in per cent, among the proxy values of an architecture. */
export const ACCURACY = 'accuracy';

/** The accuracy in a benchmark's table: the search result if every candidate were trained. */
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

export const benchmark = defineObjective({
  name: 'benchmark',
  aliases: [],
  doc: "The accuracy in the table of the space's benchmark; nothing is trained.",
  keys: {
    'RMINAS.BENCHMARK_SERIES': text(
      '',
      { most: 256, range: 'a data set, a split and perhaps epochs' },
      'The accuracies of the objective `benchmark`, such as `cifar10-valid x-valid 12`; by default the validation accuracy on the data set.',
    ),
  },
  choose: () => ({ kind: 'benchmark' }),
});
