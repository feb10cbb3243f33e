import { text } from '../definitions/key.js';
import { UsageError } from '../errors.js';
import { defineObjective, type ProxyContext } from './definition.js';
import type { Measured, Objective, ProxyValues, WeightedProxy } from './objective.js';
import { readWeightedProxy } from './proxy.js';
import { rankAgainst } from './rank.js';

/**
 * The cost of a rank, as in AZ-NAS (Lee and Ham, CVPR 2024, section 3.3): minus the logarithm of the share of the
 * reference set that does not rank better. A bad rank in one proxy outweighs a good rank in another. Lower is better.
 * docs/experiments.md compares it with the mirrored logarithm and the plain rank.
 * @param rank 1 for the best of the reference set; slightly below 1 for a value beyond it
 * @param size of the reference set
 */
export function stress(rank: number, size: number): number {
  return Math.log(size / (size + 1 - rank));
}

/**
 * The weighted sum of the stressed ranks against a reference set; lower is better. A value that is not finite has the
 * worst rank. An architecture without any finite value scores infinity.
 * @param reference proxy values of the architectures in the reference set; at least one
 */
export function aggregateOf(
  proxies: readonly WeightedProxy[],
  reference: readonly ProxyValues[],
): (values: ProxyValues) => number {
  const ranks = proxies.map(({ name, direction, weight }) => {
    const rank = rankAgainst(
      reference.map((values) => values[name] ?? null),
      direction,
    );
    return (values: ProxyValues) => weight * stress(rank(values[name] ?? null), reference.length);
  });
  return (values) => {
    if (proxies.every(({ name }) => !Number.isFinite(values[name] ?? Number.NaN))) return Number.POSITIVE_INFINITY;
    return ranks.reduce((sum, rank) => sum + rank(values), 0);
  };
}

/**
 * Combines several proxies by their ranks. The reference set is the first `size` architectures of the history. While
 * there are fewer, all of them are the set; once there are enough, scores never change.
 */
export function createAggregate(proxies: readonly WeightedProxy[], size: number): Objective {
  const cheap = cheapest(proxies);
  const lossesFor = rememberedLosses(proxies);
  return {
    name: 'aggregate',
    trains: proxies.some(({ needs }) => needs === 'training'),
    proxies: proxies.map(({ name }) => name),
    isLoss: false,
    screening:
      cheap.length === 0
        ? null
        : {
            proxies: cheap.map(({ name }) => name),
            score: (history, candidates) => candidates.map(aggregateOf(cheap, referenceOf(history, size))),
          },
    score: (history) => {
      const lossOf = lossesFor(referenceOf(history, size));
      return history.map((observation) => ({ ...observation, loss: lossOf(observation.proxyValues) }));
    },
  };
}

/**
 * {@link aggregateOf} with a memory for one reference set: a search scores its whole history again with each observation,
 * and the set is the same once it is full.
 */
function rememberedLosses(proxies: readonly WeightedProxy[]) {
  let latest: readonly ProxyValues[] | undefined;
  let lossOf = (_: ProxyValues) => Number.POSITIVE_INFINITY;
  return (reference: readonly ProxyValues[]): ((values: ProxyValues) => number) => {
    const isSame =
      reference.length === latest?.length && reference.every((values, index) => values === latest?.[index]);
    if (isSame) return lossOf;
    latest = reference;
    const compute = aggregateOf(proxies, reference);
    const known = new WeakMap<ProxyValues, number>();
    lossOf = (values) => {
      const loss = known.get(values) ?? compute(values);
      known.set(values, loss);
      return loss;
    };
    return lossOf;
  };
}

/** The proxies to screen by: those that need a single image at most; without any, those that need the batch. */
function cheapest(proxies: readonly WeightedProxy[]): readonly WeightedProxy[] {
  const structural = proxies.filter(({ needs }) => needs === 'nothing');
  return structural.length > 0 ? structural : proxies.filter(({ needs }) => needs === 'batch');
}

function referenceOf(history: readonly Measured[], size: number): ProxyValues[] {
  return history.slice(0, size).map(({ proxyValues }) => proxyValues);
}

export const aggregate = defineObjective({
  name: 'aggregate',
  aliases: [],
  doc: 'Several proxies, combined by their ranks among the first architectures of the search.',
  keys: {
    'RMINAS.AGGREGATE': text(
      'cka 1 synflow 0.5 flops 0.5',
      { most: 4096, range: 'proxies and their weights, of at most 4096 characters' },
      'The proxies of the objective `aggregate`, each followed by its weight.',
    ),
  },
  choose: (context, values) => ({ kind: 'aggregate', proxies: readAggregate(values['RMINAS.AGGREGATE'], context) }),
});

/** Reads proxies, each followed by its weight. */
function readAggregate(text: string, context: ProxyContext): WeightedProxy[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const proxies: WeightedProxy[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', weight] = words.slice(at, at + 2);
    const proxy = readWeightedProxy(name, weightOf(name, weight), { ...context, where: 'RMINAS.AGGREGATE' });
    if (proxies.some((other) => other.name === proxy.name)) throw unusable(`has ${proxy.name} twice`);
    proxies.push(proxy);
  }
  if (proxies.length === 0) throw unusable('is empty');
  return proxies;
}

function weightOf(name: string, text: string | undefined): number {
  const weight = Number(text);
  if (text !== undefined && Number.isFinite(weight) && weight > 0) return weight;
  if (text === undefined) throw unusable(`gives ${name} no weight`);
  throw unusable(`gives ${name} the weight ${text}, which must be a number above 0`);
}

function unusable(problem: string): UsageError {
  return new UsageError(`RMINAS.AGGREGATE ${problem}.`, {
    code: 'invalid-aggregate',
    nextSteps: ["Write proxies, each followed by its weight, e.g. 'rmi 1 synflow 0.5 flops 1'."],
  });
}
