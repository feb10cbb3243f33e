import { z } from 'zod';
import { comparisonResultSchema } from './comparison/result.js';
import { rankingResultSchema } from './ranking/result.js';
import { retrainingResultSchema } from './retraining/result.js';
import { resultSchema, scoreResultSchema } from './runs/result.js';

/** The JSON Schemas (draft 2020-12) of what the commands of these names print with `--json`. */
export function exportResultSchema(): Record<string, unknown> {
  return {
    search: z.toJSONSchema(resultSchema),
    score: z.toJSONSchema(scoreResultSchema),
    retrain: z.toJSONSchema(retrainingResultSchema),
    rank: z.toJSONSchema(rankingResultSchema),
    compare: z.toJSONSchema(comparisonResultSchema),
  };
}
