import type { EvaluationOutcome, EvaluationRequest, Evaluator } from '../search/evaluator.js';
import type { Sidecar } from '../sidecar/client.js';
import { UnusableSpace } from './failures.js';

/** An evaluator that trains architectures in the sidecar, on the batch that `digest` was prepared for. */
export function createTrainingEvaluator(options: {
  sidecar: Sidecar;
  digest: string;
  capacity: number;
  signal: AbortSignal;
  /** Counts failures of the space's architectures. */
  space?: UnusableSpace;
}): Evaluator {
  const { sidecar, digest, capacity, signal, space = new UnusableSpace() } = options;

  async function evaluate({ bounds, ...request }: EvaluationRequest): Promise<EvaluationOutcome> {
    const body = { digest, ...request, ...(bounds && { bounds: [...bounds] }) };
    try {
      return { evaluation: await sidecar.request('evaluate', body, { signal }) };
    } catch (error) {
      return { failure: space.failureOfOne(error) };
    }
  }

  return { capacity, evaluate };
}
