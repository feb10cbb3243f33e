import {
  createObjective,
  type Objective,
  type ObjectiveChoice,
  type ProxyValues,
  type WeightedProxy,
} from '../../objectives/index.js';
import type { MeasuringCost } from './measured-values.js';

/** A score to rank architectures by: one proxy or several. */
export interface RankingScore {
  readonly name: string;
  /** Proxies that it needs. */
  readonly proxies: readonly WeightedProxy[];
  readonly objective: Objective;
}

/** @param reference number of architectures that the aggregate ranks against: the first ones drawn */
export function scoreOf(choice: ObjectiveChoice, reference: number): RankingScore {
  const objective = createObjective(choice, { reference });
  return { name: objective.name, proxies: proxiesOf(choice), objective };
}

function proxiesOf(choice: ObjectiveChoice): readonly WeightedProxy[] {
  switch (choice.kind) {
    case 'rmi':
      return [{ name: 'rmi', direction: 'lower', needs: 'training', weight: 1 }];
    case 'benchmark':
    case 'custom':
      return [];
    case 'proxy':
      return [choice.proxy];
    case 'aggregate':
      return choice.proxies;
  }
}

/**
 * The loss of each architecture that a search would minimise; infinite if there is no value.
 * @param measured values of all architectures, in the order drawn
 */
export function lossesOf({ objective }: RankingScore, measured: readonly ProxyValues[]): number[] {
  // The objective `rmi` takes the loss of the training as it is.
  const history = measured.map((proxyValues) => ({ proxyValues, loss: proxyValues.rmi ?? Number.POSITIVE_INFINITY }));
  return objective.score(history).map(({ loss }) => loss);
}

/**
 * The cost of several proxies together. Those that are observed in a training share one training, the longest.
 * @param costs of each proxy, in their order; null if measuring it failed
 * @returns null if any failed
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
