import type { Fit } from '../protocol/forest.js';
import type { Specification } from '../protocol/specification.js';
import type { Sidecar } from '../sidecar/client.js';
import type { Space } from '../spaces/space.js';
import type { Surrogate } from '../strategies/strategy.js';

export interface SidecarSurrogateOptions {
  /** Null when the strategy asks no surrogate. */
  readonly sidecar: Sidecar | null;
  readonly specification: Pick<Specification, 'backend' | 'space'>;
  readonly signal: AbortSignal;
}

/** Fits the forest of a strategy in the sidecar: the native one, or that of XNAS with its backend. */
export function createSidecarSurrogate(options: SidecarSurrogateOptions): Surrogate {
  return async (request) => (await fitIn(options, request)).probabilities;
}

/**
 * The impurity importance of each slot to the forest of a strategy, 0 to 1.
 * @returns null when no forest can be fitted, since all known architectures are of one class
 */
export async function findImportances(options: SidecarSurrogateOptions, request: Fit): Promise<number[] | null> {
  return (await fitIn(options, { ...request, importances: true })).importances ?? null;
}

/**
 * Lets the sidecar load the library of forests beside the first trainings, so that no guided turn waits for it.
 * With the backend XNAS workers grow forests, and a worker that loads the library would not train.
 */
export function loadForests(options: SidecarSurrogateOptions & { sidecar: Sidecar }, { features }: Space): void {
  if (options.specification.backend === 'xnas') return;
  const encoding = features.map(() => 0);
  const smallest = { features: features.map((rows) => rows.map((row) => [...row])), trees: 1, seed: 0 };
  // A failure is told when a turn asks for a forest.
  fitIn(options, { ...smallest, known: [encoding, encoding], good: [true, false], candidates: [encoding] }).catch(
    () => {},
  );
}

async function fitIn({ sidecar, specification, signal }: SidecarSurrogateOptions, request: Fit) {
  if (sidecar === null) throw new Error('A strategy without a sidecar asked for a forest.');
  const whose = specification.backend === 'xnas' ? { rfSuggest: specification.space } : {};
  return sidecar.request('fit', { ...request, ...whose }, { signal });
}
