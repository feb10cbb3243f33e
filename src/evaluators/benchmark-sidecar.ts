import type { Evaluator } from '../search/evaluator.js';
import { createBenchmarkEvaluator } from './benchmark.js';
import { type ReadySidecar, type StartOptions, startReadySidecar } from './working-sidecar.js';

/** A sidecar that looks architectures up instead of training them. */
export interface BenchmarkSidecar extends ReadySidecar {
  readonly evaluator: Evaluator;
}

/** @throws UsageError or MissingError where there is no benchmark, or none that can be gone by. */
export async function startBenchmarkSidecar(options: StartOptions): Promise<BenchmarkSidecar> {
  const ready = await startReadySidecar(options);
  try {
    return { ...ready, evaluator: await createBenchmarkEvaluator(ready.sidecar, options) };
  } catch (error) {
    await ready.sidecar.close();
    throw error;
  }
}
