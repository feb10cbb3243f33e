import { z } from 'zod';
import { exportedNetworkSchema } from '../export/network/result.js';
import { retrainingResultSchema } from '../jobs/retrain/result.js';
import { resultSchema } from '../jobs/search/result.js';

/** The result of a search and of what followed it. */
export const pipelineResultSchema = z.strictObject({
  schema: z.literal(1),
  search: resultSchema,
  /** Null when no retraining was asked for. */
  retraining: retrainingResultSchema.nullable(),
  /** Null when no export was asked for. */
  export: exportedNetworkSchema.nullable(),
});
export type PipelineResult = z.infer<typeof pipelineResultSchema>;
