import { SidecarError } from '../errors.js';
import type { EvaluationOutcome, EvaluationRequest, Evaluator } from '../search/evaluator.js';
import type { Sidecar } from '../sidecar/client.js';

/** Errors that concern one architecture only. */
const OF_ONE_ARCHITECTURE = new Set(['evaluation-died', 'out-of-memory', 'architecture-failed']);

/**
 * The reason why one architecture could not be computed.
 * @throws the error itself when it concerns more than one architecture.
 */
export function failureOfOne(error: unknown): string {
  if (error instanceof SidecarError && OF_ONE_ARCHITECTURE.has(error.code)) return error.message;
  throw error;
}

/** An evaluator that trains architectures in the sidecar, on the batch that `digest` was prepared for. */
export function createTrainingEvaluator(options: {
  sidecar: Sidecar;
  digest: string;
  capacity: number;
  signal: AbortSignal;
}): Evaluator {
  const { sidecar, digest, capacity, signal } = options;

  async function evaluate({ bounds, ...request }: EvaluationRequest): Promise<EvaluationOutcome> {
    const body = { digest, ...request, ...(bounds && { bounds: [...bounds] }) };
    try {
      return { evaluation: await sidecar.request('evaluate', body, { signal }) };
    } catch (error) {
      return { failure: failureOfOne(error) };
    }
  }

  return { capacity, evaluate };
}
