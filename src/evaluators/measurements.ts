import { SidecarError } from '../errors.js';
import type { Measurement } from '../protocol/messages.js';
import type { EvaluationRequest } from '../search/evaluator.js';
import type { Sidecar } from '../sidecar/client.js';

/** An architecture to measure. */
export type MeasuredArchitecture = Pick<EvaluationRequest, 'genotype' | 'seed'>;

export interface MeasurementsRequest {
  /** Of the specification, which has been prepared. */
  readonly digest: string;
  readonly architectures: readonly MeasuredArchitecture[];
  readonly proxies: readonly string[];
}

/**
 * Measures architectures in the sidecar, all in one request.
 * @returns the measurements in the order of the architectures
 * @throws SidecarError `measurement-mismatch` when there is not one for each architecture
 */
export async function requestMeasurements(
  sidecar: Pick<Sidecar, 'request'>,
  { digest, architectures, proxies }: MeasurementsRequest,
  signal: AbortSignal,
): Promise<Measurement[]> {
  const body = { digest, architectures: architectures.map(({ genotype, seed }) => ({ genotype, seed })) };
  const { measurements } = await sidecar.request('measure', { ...body, proxies: [...proxies] }, { signal });
  if (measurements.length === architectures.length) return measurements;
  const message = `The sidecar returned ${measurements.length} measurements of ${architectures.length} architectures.`;
  throw new SidecarError(message, { code: 'measurement-mismatch' });
}
