import type { Specification } from '../protocol/specification.js';
import type { Sidecar } from '../sidecar/client.js';
import type { Surrogate } from '../strategies/strategy.js';

/**
 * Fits the forest of a strategy in the sidecar: the native one, or that of XNAS with its backend.
 * @param options.sidecar null when the strategy asks no surrogate
 */
export function createSidecarSurrogate(options: {
  sidecar: Sidecar | null;
  specification: Pick<Specification, 'backend' | 'space'>;
  signal: AbortSignal;
}): Surrogate {
  const { sidecar, specification, signal } = options;
  const whose = specification.backend === 'xnas' ? { rfSuggest: specification.space } : {};
  if (sidecar === null) return () => Promise.reject(new Error('A strategy without a sidecar asked for a forest.'));
  return async (request) => (await sidecar.request('fit', { ...request, ...whose }, { signal })).probabilities;
}
