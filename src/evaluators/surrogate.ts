import type { Specification } from '../protocol/specification.js';
import type { Sidecar } from '../sidecar/client.js';
import type { Surrogate } from '../strategies/strategy.js';

/** Fits the forest of a strategy in the sidecar: the native one, or that of XNAS with its backend. */
export function createSidecarSurrogate(options: {
  sidecar: Sidecar;
  specification: Pick<Specification, 'backend' | 'space'>;
  signal: AbortSignal;
}): Surrogate {
  const { sidecar, specification, signal } = options;
  const whose = specification.backend === 'xnas' ? { rfSuggest: specification.space } : {};
  return async (request) => (await sidecar.request('fit', { ...request, ...whose }, { signal })).probabilities;
}
