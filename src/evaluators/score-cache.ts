import { type Evaluation, evaluationSchema } from '../protocol/messages.js';
import type { Evaluator } from '../search/evaluator.js';
import { SharedCache, type SharedCacheOptions } from '../store/shared-cache.js';

/** Scores of trainings that went to their end. */
export class ScoreCache extends SharedCache<Evaluation> {
  constructor(options: SharedCacheOptions) {
    super(options, { name: 'evaluation', schema: evaluationSchema });
  }
}

/**
 * An evaluator that computes only what the cache does not have, and keeps what it computed to the end. A cached score
 * is exact, so it is taken where the training might have been stopped, too.
 */
export function withScoreCache(evaluator: Evaluator, cache: ScoreCache): Evaluator {
  return {
    get capacity() {
      return evaluator.capacity;
    },
    async evaluate(request) {
      const evaluation = cache.find(request);
      if (evaluation) return { evaluation, cached: true };
      const outcome = await evaluator.evaluate(request);
      if ('evaluation' in outcome && (outcome.evaluation.stopped ?? null) === null) {
        cache.keep(request, outcome.evaluation);
      }
      return outcome;
    },
  };
}
