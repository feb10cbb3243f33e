import { UsageError } from '../errors.js';
import { resolveProxy } from '../proxies/index.js';
import type { ProxyContext } from './definition.js';
import type { Objective, ProxyValues, WeightedProxy } from './objective.js';

/** A single proxy as the objective. Its better values become lower losses. */
export function createProxyObjective({ name, direction, needs }: WeightedProxy): Objective {
  const trains = needs === 'training';
  const loss = (values: ProxyValues) => {
    const value = values[name] ?? Number.NaN;
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

/**
 * Reads a proxy with its weight.
 * @param text as {@link resolveProxy} reads it
 * @param where the key or option with the text, for messages
 * @throws UsageError `unknown-proxy` or `step-beyond-training`
 */
export function readWeightedProxy(
  text: string,
  weight: number,
  { proxies, steps, where }: ProxyContext & { where: string },
): WeightedProxy {
  const { definition, step } = resolveProxy(text, proxies);
  const { name, direction, needs } = definition;
  if (step !== null && step > steps - 1) {
    throw new UsageError(`${where} asks for ${text}, but a training has ${steps - 1} updates.`, {
      code: 'step-beyond-training',
      nextSteps: [`Ask for ${name}@${steps - 1} at most, or set OPTIM.MAX_EPOCH to more.`],
    });
  }
  return { direction, needs, name: step === null ? name : `${name}@${step}`, weight };
}
