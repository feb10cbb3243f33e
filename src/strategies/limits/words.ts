/** Costs and limits in words. */
import { type Limits, limitedCosts } from './constraint.js';
import type { NetworkCost } from './costs.js';

/** A cost with its unit: `1,500,000 parameters`, `47.2 million FLOPs`, `3.1 ms`. */
export function describeCost(cost: NetworkCost, value: number): string {
  switch (cost) {
    case 'params':
      return `${value.toLocaleString('en')} ${value === 1 ? 'parameter' : 'parameters'}`;
    case 'flops':
      return `${value.toLocaleString('en', { maximumFractionDigits: 6 })} million FLOPs`;
    case 'latency':
      return `${value.toLocaleString('en', { maximumSignificantDigits: 4 })} ms`;
  }
}

/** All limits: `at most 1,500,000 parameters, 47 million FLOPs and 3 ms`. */
export function describeLimits(limits: Limits): string {
  const told = limitedCosts(limits).map((cost) => describeCost(cost, limits[cost] ?? 0));
  return `at most ${[told.slice(0, -1).join(', '), ...told.slice(-1)].filter((part) => part !== '').join(' and ')}`;
}
