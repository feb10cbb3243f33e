import type { Evaluator } from '../search/evaluator.js';
import { withSharedScores } from './caching.js';
import type { PreparedSidecar } from './prepared-sidecar.js';
import { createTrainingEvaluator } from './training.js';

export interface ScoringOptions {
  readonly prepared: PreparedSidecar;
  /** Parallel trainings. */
  readonly capacity: number;
  /** Bytes that the cache of all runs may take; 0 for no cache. */
  readonly cacheLimit: number;
  readonly notify: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Scores architectures by trainings on the batch of a prepared sidecar, or by the scores of the user's other runs. */
export function createScoring({ prepared, capacity, cacheLimit: limit, notify, signal }: ScoringOptions): Evaluator {
  const { sidecar, resolved } = prepared;
  const trained = createTrainingEvaluator({ sidecar, digest: resolved.digest, capacity, signal });
  return withSharedScores(trained, { prepared, limit, notify });
}
