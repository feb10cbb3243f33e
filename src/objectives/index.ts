/** What a search minimises. */
import { createAggregate } from './aggregate.js';
import { BENCHMARK } from './benchmark.js';
import { type Objective, type Part, RMI } from './objective.js';
import { createProxyObjective } from './proxy.js';

/** Which objective, with all that a configuration says of it. */
export type ObjectiveChoice =
  | { readonly kind: 'rmi' | 'benchmark' }
  | { readonly kind: 'proxy'; readonly proxy: Part }
  | { readonly kind: 'aggregate'; readonly parts: readonly Part[] };

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
      return createAggregate(choice.parts, reference);
  }
}

export type { Objective, Part, Parts } from './objective.js';
