import type { Measured, Objective, Part, Parts } from './objective.js';
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
export function aggregateOf(parts: readonly Part[], reference: readonly Parts[]): (measured: Parts) => number {
  const ranks = parts.map(({ name, direction, weight }) => {
    const rank = rankAgainst(
      reference.map((measured) => measured[name] ?? null),
      direction,
    );
    return (measured: Parts) => weight * stress(rank(measured[name] ?? null), reference.length);
  });
  return (measured) => {
    if (parts.every(({ name }) => !Number.isFinite(measured[name] ?? Number.NaN))) return Number.POSITIVE_INFINITY;
    return ranks.reduce((sum, rank) => sum + rank(measured), 0);
  };
}

/**
 * Several proxies at once, by rank. The first `size` architectures are the set that ranks are against: until there are
 * so many, those that there are, and from then on no value moves any more.
 */
export function createAggregate(parts: readonly Part[], size: number): Objective {
  const cheap = cheapest(parts);
  return {
    name: 'aggregate',
    trains: parts.some(({ needs }) => needs === 'training'),
    proxies: parts.map(({ name }) => name),
    isLoss: false,
    screening:
      cheap.length === 0
        ? null
        : {
            proxies: cheap.map(({ name }) => name),
            score: (history, candidates) => candidates.map(aggregateOf(cheap, referenceOf(history, size))),
          },
    judge: (history) => {
      const value = aggregateOf(parts, referenceOf(history, size));
      return history.map((observation) => ({ ...observation, loss: value(observation.parts) }));
    },
  };
}

/** What tells candidates apart before a training: a pass of one image, where a part takes no more, tells many of them. */
function cheapest(parts: readonly Part[]): readonly Part[] {
  const structural = parts.filter(({ needs }) => needs === 'nothing');
  return structural.length > 0 ? structural : parts.filter(({ needs }) => needs === 'batch');
}

function referenceOf(history: readonly Measured[], size: number): Parts[] {
  return history.slice(0, size).map(({ parts }) => parts);
}
