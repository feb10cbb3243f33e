/** Reads the folders of jobs for a report. Nothing is locked or changed, so a job that is at work can be read too. */
import { existsSync } from 'node:fs';
import { planSearch } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import { type RecordedRun, readRun } from '../../export/run.js';
import { readSearch } from '../../jobs/search/plan.js';
import { jobFolderAt } from '../../store/folder.js';
import { isLocked } from '../../store/lock.js';
import { VERSION } from '../../version.js';
import type { Report, RunReport } from './schema.js';
import type { SearchRecords } from './search/records.js';
import { searchReportOf } from './search/search-report.js';

/**
 * The report of one job.
 * @param folder of a search, a ranking, a comparison or a retraining
 * @throws MissingError when there is no job; UsageError when its files are damaged
 */
export async function readRunReport(folder: string): Promise<RunReport> {
  return searchReportOf(await readSearchRecords(folder));
}

/** What a search left in its folder so far. @throws MissingError and UsageError as readRun() */
export async function readSearchRecords(folder: string): Promise<SearchRecords> {
  const run = readRun(folder);
  const { folder: path, header, result } = run;
  const { lines } = readSearch(path);
  return {
    folder: path,
    state: searchState(path, lines),
    header,
    lines,
    planned: await planned(run.configuration),
    result,
  };
}

/** Whether a search has its answer, and whether a process is at work on it. */
export function searchState(path: string, lines: SearchRecords['lines']): SearchRecords['state'] {
  const folder = jobFolderAt(path);
  const ended = lines.some(({ entry }) => entry.type === 'finished') && existsSync(folder.result);
  if (ended) return 'finished';
  return isLocked(folder) ? 'running' : 'interrupted';
}

/** A configuration that cannot be read leaves out what depends on it: the space of a script is not in the folder. */
async function planned(configuration: RecordedRun['configuration']): Promise<SearchRecords['planned']> {
  try {
    const config = await configuration();
    return { config, plan: planSearch(config) };
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

/** @param runs at least one */
export function reportOf(runs: readonly [RunReport, ...RunReport[]]): Report {
  const [first, ...others] = runs;
  const title = others.length === 0 ? first.name : `${first.name} and ${others.length} more`;
  return { schema: 1, rminas: VERSION, title, comparison: [], runs: [...runs] };
}
