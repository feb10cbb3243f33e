/** The built-in objectives. A new one is a file with its definition and a line here. */
import { checkArgument, checkOptions, objectWith, oneOf, wholeNumberOption } from '../options.js';
import { aggregate, createAggregate } from './aggregate.js';
import { BENCHMARK, benchmark } from './benchmark.js';
import type { ObjectiveChoice, ObjectiveDefinition } from './definition.js';
import type { Objective } from './objective.js';
import { createProxyObjective } from './proxy.js';
import { RMI, rmi } from './rmi.js';

export const OBJECTIVES: readonly ObjectiveDefinition[] = [rmi, aggregate, benchmark];

const choiceOption = objectWith<ObjectiveChoice>('the choice of an objective', {
  kind: oneOf(['rmi', 'benchmark', 'proxy', 'aggregate', 'custom']),
});

/**
 * @param reference size of the reference set of the aggregate: the first architectures of the search
 * @throws UsageError `invalid-option`
 */
export function createObjective(choice: ObjectiveChoice, options: { reference: number }): Objective {
  checkArgument('createObjective()', 'choice', choiceOption, choice);
  const { reference } = checkOptions('createObjective()', { reference: wholeNumberOption(0) }, options);
  switch (choice.kind) {
    case 'rmi':
      return RMI;
    case 'benchmark':
      return BENCHMARK;
    case 'proxy':
      return createProxyObjective(choice.proxy);
    case 'aggregate':
      return createAggregate(choice.proxies, reference);
    case 'custom':
      return choice.objective;
  }
}

export { OBJECTIVE_KEY, readObjective, readSeries, type SeriesChoice } from './choice.js';
export type { ObjectiveChoice, ObjectiveDefinition } from './definition.js';
export type { Objective, ProxyValues, WeightedProxy } from './objective.js';
