/** How logs read the events of each kind of job. */
import type { RetrainingEvent } from '../jobs/retrain/events.js';
import type { SearchJobEvent } from '../jobs/search/events.js';
import type { PipelineEvent } from '../pipeline/pipeline.js';
import type { LoggedEvents } from './follow.js';

export const SEARCH_LOG: LoggedEvents<SearchJobEvent> = {
  folderOf: (event) => (event.type === 'run-opened' ? event.folder : undefined),
  notice: (notice) => notice,
};

export const RETRAINING_LOG: LoggedEvents<RetrainingEvent> = {
  folderOf: (event) => (event.type === 'opened' ? event.folder : undefined),
  notice: (notice) => notice,
};

/** The search and the retraining are logged as two runs. */
export const PIPELINE_LOG: LoggedEvents<PipelineEvent> = {
  folderOf: (one) => {
    if (one.step === 'search') return SEARCH_LOG.folderOf(one.event);
    return one.step === 'retrain' ? RETRAINING_LOG.folderOf(one.event) : undefined;
  },
  notice: (event) => ({ step: 'export', event }),
};
