import type { Measured, Objective, ProxyValues, WeightedProxy } from './objective.js';
import { rankAgainst } from './rank.js';

/**
 * What a rank counts for, as in AZ-NAS (Lee and Ham, CVPR 2024, section 3.3): minus the logarithm of the share of the
 * reference set that it is not behind. To be bad by one part weighs more than to be good by another. Lower is better;
 * docs/experiments.md has the other end of the logarithm, and the plain rank, beside it.
 * @param rank from 1, the best, or a little better than that
 * @param size of the reference set
 */
export function stress(rank: number, size: number): number {
  return Math.log(size / (size + 1 - rank));
}

/**
 * The weighted sum over the parts of the stressed ranks against a reference set; lower is better. A part that is no
 * number has the worst rank; an architecture without any number is infinitely bad.
 * @param reference what was measured of the architectures of the set; at least one
 */
export function aggregateOf(
  proxies: readonly WeightedProxy[],
  reference: readonly ProxyValues[],
): (measured: ProxyValues) => number {
  const ranks = proxies.map(({ name, direction, weight }) => {
    const rank = rankAgainst(
      reference.map((measured) => measured[name] ?? null),
      direction,
    );
    return (measured: ProxyValues) => weight * stress(rank(measured[name] ?? null), reference.length);
  });
  return (measured) => {
    if (proxies.every(({ name }) => !Number.isFinite(measured[name] ?? Number.NaN))) return Number.POSITIVE_INFINITY;
    return ranks.reduce((sum, rank) => sum + rank(measured), 0);
  };
}

/**
 * Several proxies at once, by rank. The first `size` architectures are the set that ranks are against: until there are
 * so many, those that there are, and from then on no value moves any more.
 */
export function createAggregate(proxies: readonly WeightedProxy[], size: number): Objective {
  const cheap = cheapest(proxies);
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
      const value = aggregateOf(proxies, referenceOf(history, size));
      return history.map((observation) => ({ ...observation, loss: value(observation.proxyValues) }));
    },
  };
}

/** What tells candidates apart before a training: a pass of one image, where a part takes no more, tells many of them. */
function cheapest(proxies: readonly WeightedProxy[]): readonly WeightedProxy[] {
  const structural = proxies.filter(({ needs }) => needs === 'nothing');
  return structural.length > 0 ? structural : proxies.filter(({ needs }) => needs === 'batch');
}

function referenceOf(history: readonly Measured[], size: number): ProxyValues[] {
  return history.slice(0, size).map(({ proxyValues }) => proxyValues);
}
