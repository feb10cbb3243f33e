/** The target of a model of the history: ranks, so that no scale and no outlier matters. */
import { denseRanks, midranks } from '../../statistics/ranks.js';
import type { Observation } from '../strategy.js';

/** One of the measurements that an objective combines. */
export interface ObjectivePart {
  /** A name in {@link Observation.proxyValues}. */
  readonly name: string;
  /** Whether higher or lower values are better. */
  readonly direction: 'higher' | 'lower';
  /** Above 0. */
  readonly weight: number;
}

/**
 * For each observation the weighted sum of its plain ranks in the parts, divided by the sum of the weights: 1 for an
 * architecture that is best in all parts, and the length of the history for one that is worst in all. Equal values share
 * the mean of their ranks. A value that is not finite is worse than all finite ones, and a failed evaluation is worst in
 * every part.
 * @param parts of the objective; without any, the loss is the only part
 */
export function rankTargets(history: readonly Observation[], parts: readonly ObjectivePart[] = []): Float64Array {
  const losses = history.map(({ loss }) => finiteOrWorst(loss));
  if (parts.length === 0) return midranks(denseRanks(losses));
  const targets = new Float64Array(history.length);
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  for (const { name, direction, weight } of parts) {
    const sign = direction === 'lower' ? 1 : -1;
    const costs = history.map(({ proxyValues }, index) =>
      losses[index] === Number.POSITIVE_INFINITY
        ? losses[index]
        : finiteOrWorst(sign * (proxyValues[name] ?? Number.NaN)),
    );
    for (const [index, rank] of midranks(denseRanks(costs)).entries()) {
      targets[index] = (targets[index] as number) + (weight / total) * rank;
    }
  }
  return targets;
}

/**
 * The places in the history of all observations with a finite loss, in the order of their targets, best first. Of equal
 * ones, the earlier one is first.
 */
export function placesByTarget(history: readonly Observation[], parts: readonly ObjectivePart[] = []): number[] {
  const targets = rankTargets(history, parts);
  return [...history.keys()]
    .filter((place) => Number.isFinite(history[place]?.loss))
    .sort((a, b) => (targets[a] as number) - (targets[b] as number));
}

/**
 * The best architectures of a history by their targets, each once: the finalists of a dearer evaluation.
 * @param most names to return, at least 1
 * @param nameOf the architecture at a place; equal for isomorphic ones
 * @returns names, best first; fewer when the history has no more with a finite loss
 */
export function bestByTarget(
  history: readonly Observation[],
  {
    parts = [],
    most,
    nameOf,
  }: { parts?: readonly ObjectivePart[] | undefined; most: number; nameOf: (place: number) => string },
): string[] {
  return [...new Set(placesByTarget(history, parts).map(nameOf))].slice(0, most);
}

function finiteOrWorst(cost: number): number {
  return Number.isFinite(cost) ? cost : Number.POSITIVE_INFINITY;
}
