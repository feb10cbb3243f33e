/** The measurements of a table, by the names that the sidecar knows. */
import { UsageError } from '../../errors.js';

/** The values that a training is observed by. The loss of RMI-NAS and the mean CKA follow from them. */
export const OBSERVED = ['cka-1', 'cka-2', 'cka-3', 'cross-entropy'] as const;

/** Most proxies of one request. */
const MOST_PROXIES = 64;

/** The numbers of updates after which a training is observed: multiples of `every`, and its end. */
export function observedUpdates(steps: number, every: number): number[] {
  const last = steps - 1;
  const updates: number[] = [];
  for (let update = every; update < last; update += every) updates.push(update);
  return [...updates, last];
}

export function observedAt(proxy: string, updates: number): string {
  return `${proxy}@${updates}`;
}

/**
 * The proxies of one architecture: those of its training, and those without one.
 * @param steps losses that an evaluation observes
 * @throws UsageError `too-many-proxies`
 */
export function tableProxies(steps: number, every: number, statics: readonly string[]): string[] {
  const observed = OBSERVED.flatMap((proxy) =>
    observedUpdates(steps, every).map((update) => observedAt(proxy, update)),
  );
  const proxies = [...new Set([...observed, ...statics])];
  if (proxies.length <= MOST_PROXIES) return proxies;
  throw new UsageError(`Each architecture would have ${proxies.length} values, and the most is ${MOST_PROXIES}.`, {
    code: 'too-many-proxies',
    nextSteps: [`Observe the training less often, with --every above ${every}, or name fewer --proxies.`],
  });
}
