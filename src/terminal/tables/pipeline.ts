import type { PipelineResult } from '../../pipeline/result.js';
import { describeExport } from './export.js';
import { describeRetraining } from './retraining.js';
import { describeResult } from './search.js';

/** The summaries of the steps, one after the other. */
export function describePipeline({ search, retraining, export: exported }: PipelineResult): string {
  return [
    describeResult(search),
    ...(retraining === null ? [] : [describeRetraining(retraining)]),
    ...(exported === null ? [] : [describeExport(exported)]),
  ].join('\n\n');
}
