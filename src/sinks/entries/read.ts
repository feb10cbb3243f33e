/** Reads the log of a run from its folder. The run may be at work: each call reads on. */

import { SEARCH_JOURNAL } from '../../jobs/search/journal.js';
import { PluginLoader } from '../../plugins/loader.js';
import { FollowedSearch } from '../../report/data/follow.js';
import { kindOf } from '../../report/data/read.js';
import { jobFolderAt } from '../../store/folder.js';
import { readJob } from '../../store/job-store.js';
import type { RunLog } from '../run-log.js';
import { comparisonLog } from './comparison.js';
import { oneShotLog } from './one-shot.js';
import { rankingLog } from './ranking.js';
import { retrainingLog } from './retraining.js';
import { searchLog } from './search.js';

/**
 * @param path of the folder of a search, a ranking, a comparison, a retraining or a one-shot search
 * @returns reads the log as it is now
 * @throws MissingError when there is no run; UsageError when its files are damaged
 */
export function openLog(path: string): () => Promise<RunLog> {
  const folder = jobFolderAt(path);
  switch (kindOf(folder)) {
    case 'comparison':
      return async () => comparisonLog(folder);
    case 'ranking':
      return async () => rankingLog(folder);
    case 'retraining':
      return async () => retrainingLog(folder);
    case 'one-shot':
      return async () => oneShotLog(folder);
    default: {
      readJob(folder, SEARCH_JOURNAL);
      const search = new FollowedSearch(folder.path, () => new PluginLoader().loadConfig({ file: folder.config }));
      return async () => searchLog(await search.readOn());
    }
  }
}
