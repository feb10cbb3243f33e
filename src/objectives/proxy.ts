import type { Objective, Part, Parts } from './objective.js';

/** One proxy alone, of which the better values are the lower losses. */
export function createProxyObjective(part: Part): Objective {
  const { name, direction } = part;
  const trains = part.needs === 'training';
  const loss = (measured: Parts) => {
    const value = measured[name] ?? Number.NaN;
    if (!Number.isFinite(value)) return Number.POSITIVE_INFINITY;
    return direction === 'lower' ? value : 0 - value;
  };
  return {
    name,
    trains,
    proxies: [name],
    isLoss: false,
    screening: trains ? null : { proxies: [name], score: (_, candidates) => candidates.map(loss) },
    judge: (history) => history.map((observation) => ({ ...observation, loss: loss(observation.parts) })),
  };
}
