import type { Objective, ProxyValues, WeightedProxy } from './objective.js';

/** One proxy alone, of which the better values are the lower losses. */
export function createProxyObjective(part: WeightedProxy): Objective {
  const { name, direction } = part;
  const trains = part.needs === 'training';
  const loss = (measured: ProxyValues) => {
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
    score: (history) => history.map((observation) => ({ ...observation, loss: loss(observation.proxyValues) })),
  };
}
