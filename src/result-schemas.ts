import { z } from 'zod';
import { explanationSchema } from './explain/explanation.js';
import { publishedGenotypesSchema } from './explain/genotypes.js';
import { shownArchitectureSchema } from './explain/show.js';
import { exportedNetworkSchema } from './export/network/result.js';
import { comparisonResultSchema } from './jobs/compare/result.js';
import { oneShotResultSchema } from './jobs/one-shot/result.js';
import { planResultSchema } from './jobs/plan/result.js';
import { publishedTableSchema } from './jobs/published-table/result.js';
import { rankingResultSchema } from './jobs/rank/result.js';
import { retrainingResultSchema } from './jobs/retrain/result.js';
import { resultSchema, scoreResultSchema } from './jobs/search/result.js';
import { simulationResultSchema } from './jobs/simulate/result.js';
import { tableResultSchema } from './jobs/table/result.js';
import { teacherInspectionSchema } from './jobs/teacher/inspect.js';
import { teacherTrainingResultSchema } from './jobs/teacher/train.js';
import { pipelineResultSchema } from './pipeline/result.js';

/** The JSON Schemas (draft 2020-12) of what the commands of these names print with `--json`. */
export function exportResultSchema(): Record<string, unknown> {
  return {
    'search --then': z.toJSONSchema(pipelineResultSchema),
    search: z.toJSONSchema(resultSchema),
    plan: z.toJSONSchema(planResultSchema),
    score: z.toJSONSchema(scoreResultSchema),
    retrain: z.toJSONSchema(retrainingResultSchema),
    'one-shot': z.toJSONSchema(oneShotResultSchema),
    rank: z.toJSONSchema(rankingResultSchema),
    export: z.toJSONSchema(exportedNetworkSchema),
    'teacher inspect': z.toJSONSchema(teacherInspectionSchema),
    'teacher train': z.toJSONSchema(teacherTrainingResultSchema),
    'table build': z.toJSONSchema(tableResultSchema),
    'table nas-bench-201': z.toJSONSchema(publishedTableSchema.options[0]),
    'table darts': z.toJSONSchema(publishedTableSchema.options[1]),
    simulate: z.toJSONSchema(simulationResultSchema),
    show: z.toJSONSchema(shownArchitectureSchema, { unrepresentable: 'any' }),
    explain: z.toJSONSchema(explanationSchema),
    genotypes: z.toJSONSchema(publishedGenotypesSchema),
    compare: z.toJSONSchema(comparisonResultSchema),
  };
}
