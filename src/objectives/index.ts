/** What a search minimises. */
import { createAggregate } from './aggregate.js';
import { BENCHMARK } from './benchmark.js';
import { type Objective, RMI, type WeightedProxy } from './objective.js';
import { createProxyObjective } from './proxy.js';

/** Which objective, with all that a configuration says of it. */
export type ObjectiveChoice =
  | { readonly kind: 'rmi' | 'benchmark' }
  | { readonly kind: 'proxy'; readonly proxy: WeightedProxy }
  | { readonly kind: 'aggregate'; readonly proxies: readonly WeightedProxy[] };

/** @param reference how many architectures the aggregate ranks against: the first ones of the search. */
export function createObjective(choice: ObjectiveChoice, { reference }: { reference: number }): Objective {
  switch (choice.kind) {
    case 'rmi':
      return RMI;
    case 'benchmark':
      return BENCHMARK;
    case 'proxy':
      return createProxyObjective(choice.proxy);
    case 'aggregate':
      return createAggregate(choice.proxies, reference);
  }
}

export type { Objective, ProxyValues, WeightedProxy } from './objective.js';
