import { z } from 'zod';
import { retrainingResultSchema } from './retraining/result.js';
import { resultSchema, scoreResultSchema } from './runs/result.js';

/** The JSON Schemas (draft 2020-12) of what `search --json`, `score --json` and `retrain --json` print. */
export function exportResultSchema(): Record<string, unknown> {
  return {
    search: z.toJSONSchema(resultSchema),
    score: z.toJSONSchema(scoreResultSchema),
    retrain: z.toJSONSchema(retrainingResultSchema),
  };
}
