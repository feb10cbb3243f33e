import {
  createObjective,
  type Objective,
  type ObjectiveChoice,
  type ProxyValues,
  type WeightedProxy,
} from '../../objectives/index.js';
import type { MeasuringCost } from './measured-values.js';

/** Something that architectures are ranked by: one proxy, or several at once. */
export interface RankingScore {
  readonly name: string;
  /** What has to be measured for it; nothing for the benchmark's own accuracy. */
  readonly proxies: readonly WeightedProxy[];
  readonly objective: Objective;
}

/** @param reference how many architectures the aggregate ranks against: the first ones drawn. */
export function scoreOf(choice: ObjectiveChoice, reference: number): RankingScore {
  const objective = createObjective(choice, { reference });
  return { name: objective.name, proxies: proxiesOf(choice), objective };
}

function proxiesOf(choice: ObjectiveChoice): readonly WeightedProxy[] {
  switch (choice.kind) {
    case 'rmi':
      return [{ name: 'rmi', direction: 'lower', needs: 'training', weight: 1 }];
    case 'benchmark':
      return [];
    case 'proxy':
      return [choice.proxy];
    case 'aggregate':
      return choice.proxies;
  }
}

/**
 * What a search would minimise, an architecture each; infinite where there is nothing to go by.
 * @param measured of all architectures, in the order drawn
 */
export function lossesOf({ objective }: RankingScore, measured: readonly ProxyValues[]): number[] {
  // Of the objective `rmi` the loss is what the training ends with, and that is how it stays.
  const history = measured.map((proxyValues) => ({ proxyValues, loss: proxyValues.rmi ?? Number.POSITIVE_INFINITY }));
  return objective.score(history).map(({ loss }) => loss);
}

/**
 * What all proxies together cost: what is observed in a training has one training in common, the longest.
 * @param costs one for each proxy, in their order; null where the measuring failed
 * @returns null where any failed
 */
export function costOf(
  proxies: readonly WeightedProxy[],
  costs: readonly (MeasuringCost | null)[],
): MeasuringCost | null {
  let training: MeasuringCost = { flops: 0, seconds: 0 };
  let others: MeasuringCost = { flops: 0, seconds: 0 };
  for (const [index, proxy] of proxies.entries()) {
    const cost = costs[index] ?? null;
    if (cost === null) return null;
    if (proxy.needs === 'training') training = longer(training, cost);
    else others = sum(others, cost);
  }
  return sum(training, others);
}

const longer = (a: MeasuringCost, b: MeasuringCost): MeasuringCost => (b.flops > a.flops ? b : a);
const sum = (a: MeasuringCost, b: MeasuringCost): MeasuringCost => ({
  flops: a.flops + b.flops,
  seconds: a.seconds + b.seconds,
});
