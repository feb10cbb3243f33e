import { SidecarError } from '../errors.js';
import type { EvaluationOutcome, EvaluationRequest, Evaluator } from '../search/evaluator.js';
import type { Sidecar } from '../sidecar/client.js';

/** Failures that say something about one architecture and nothing about the next. */
const OF_ONE_ARCHITECTURE = new Set(['evaluation-died', 'out-of-memory']);

/**
 * What kept one architecture from being computed.
 * @throws the error itself when it is of more than that.
 */
export function failureOfOne(error: unknown): string {
  if (error instanceof SidecarError && OF_ONE_ARCHITECTURE.has(error.code)) return error.message;
  throw error;
}

/** Scores architectures in the sidecar, against the batch that `digest` was prepared for. */
export function createSidecarEvaluator(options: {
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
