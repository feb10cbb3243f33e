import type { Evaluator } from '../search/evaluator.js';
import type { Sidecar } from '../sidecar/client.js';
import { type ResolvedPlan, resolvePlan, type StartOptions, startWithoutBatch } from './prepared-sidecar.js';

/** An evaluator of a script. */
export interface CustomEvaluation {
  readonly evaluator: Evaluator;
  /** Grows the forest of a strategy and queries the benchmark; null when nothing needs one. */
  readonly sidecar: Sidecar | null;
  readonly resolved: ResolvedPlan;
}

/** @param needsSidecar whether the strategy may ask a surrogate */
export async function startCustomEvaluation(
  evaluator: Evaluator,
  needsSidecar: boolean,
  options: StartOptions,
): Promise<CustomEvaluation> {
  if (needsSidecar) return { ...(await startWithoutBatch(options)), evaluator };
  for (const text of options.config.notices) options.notify(text);
  return { evaluator, sidecar: null, resolved: resolvePlan(options.config, null) };
}
