import type { Specification } from '../protocol/specification.js';
import type { Sidecar } from '../sidecar/client.js';
import type { Surrogate } from '../strategies/strategy.js';

/** Grows forests in the sidecar: ours, or XNAS's where the specification takes its functions. */
export function createSidecarSurrogate(options: {
  sidecar: Sidecar;
  specification: Pick<Specification, 'backend' | 'space'>;
  signal: AbortSignal;
}): Surrogate {
  const { sidecar, specification, signal } = options;
  const whose = specification.backend === 'xnas' ? { rfSuggest: specification.space } : {};
  return async (request) => (await sidecar.request('fit', { ...request, ...whose }, { signal })).probabilities;
}
