/** Reads the folders of jobs for a report. Nothing is locked or changed, so a job that is at work can be read too. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BUILT_IN } from '../../catalogue/built-in.js';
import { type Config, describeConfig, loadConfig, planSearch } from '../../config/index.js';
import { MissingError, UsageError } from '../../errors.js';
import { type RecordedRun, readRun } from '../../export/run.js';
import { ONE_SHOT_JOURNAL } from '../../jobs/one-shot/journal.js';
import { RANKING_JOURNAL } from '../../jobs/rank/journal.js';
import { RETRAINING_JOURNAL } from '../../jobs/retrain/journal.js';
import { readSearch } from '../../jobs/search/plan.js';
import type { SpaceDefinition } from '../../spaces/definition.js';
import { type JobFolder, jobFolderAt } from '../../store/folder.js';
import { readJob } from '../../store/job-store.js';
import { splitLine } from '../../store/journal-line.js';
import { wholeLines } from '../../store/lines.js';
import { isLocked } from '../../store/lock.js';
import { withFile } from '../../system/files.js';
import { parseJson } from '../../system/json.js';
import { VERSION } from '../../version.js';
import { COMPARISON_FILE, comparisonReport } from './other/comparison.js';
import { oneShotReport } from './other/one-shot.js';
import { rankingReport } from './other/ranking.js';
import { retrainingReport } from './other/retraining.js';
import type { Report, RunReport } from './schema.js';
import { accuraciesOf } from './search/accuracies.js';
import type { SearchRecords } from './search/records.js';
import { searchReportOf } from './search/search-report.js';
import { sideBySide } from './side-by-side.js';

/** The keys that decide the defaults of others. */
const NAMING_KEYS = ['SPACE.NAME', 'LOADER.DATASET'];
/** The kinds of jobs other than searches that name themselves in the first entry of their journal. */
const JOURNALED = ['ranking', 'retraining', 'one-shot'] as const;
const MOST_JOURNAL_BYTES = 2 ** 32;
const MOST_HEADER_BYTES = 2 ** 20;

/**
 * The report of one job.
 * @param folder of a search, a one-shot search, a ranking, a comparison or a retraining
 * @throws MissingError when there is no job; UsageError when its files are damaged
 */
export async function readRunReport(folder: string): Promise<RunReport> {
  const files = jobFolderAt(folder);
  const { path } = files;
  switch (kindOf(files)) {
    case 'comparison':
      return comparisonReport(path);
    case 'ranking': {
      const { lines } = readJob(files, RANKING_JOURNAL);
      return rankingReport(path, lines.filter(({ entry }) => entry.type === 'measured').length);
    }
    case 'retraining': {
      const { lines } = readJob(files, RETRAINING_JOURNAL);
      const trained = lines.filter(({ entry }) => entry.type === 'trained').length;
      return retrainingReport({ folder: path, trained, spaceOf: builtInSpace });
    }
    case 'one-shot':
      return oneShotReport(readJob(files, ONE_SHOT_JOURNAL), builtInSpace);
    default:
      return searchReportOf(await readSearchRecords(path));
  }
}

/** The kind of a job by its files. A folder without a known journal counts as a search, whose reader says what is missing. */
export function kindOf(files: JobFolder): RunReport['kind'] {
  if (existsSync(join(files.path, COMPARISON_FILE))) return 'comparison';
  const type = firstType(files.journal);
  return JOURNALED.find((kind) => kind === type) ?? 'search';
}

/** The type of the first entry of a journal; empty where there is none. */
function firstType(journal: string): string {
  const typed = z.looseObject({ entry: z.looseObject({ type: z.string() }) });
  try {
    return withFile(journal, MOST_JOURNAL_BYTES, (descriptor) => {
      const { value, done } = wholeLines(descriptor, 0, MOST_HEADER_BYTES).next();
      return done ? '' : typed.parse(parseJson(splitLine(value.text).json)).entry.type;
    });
  } catch {
    return '';
  }
}

function builtInSpace(name: string): SpaceDefinition | null {
  return BUILT_IN.spaces.find(name) ?? null;
}

/** What a search left in its folder so far. @throws MissingError and UsageError as readRun() */
export async function readSearchRecords(folder: string): Promise<SearchRecords> {
  const run = readRun(folder);
  const { folder: path, header, result } = run;
  const { lines } = readSearch(path);
  const records = {
    folder: path,
    state: searchState(path, lines),
    header,
    lines,
    result,
    ...(await plannedRecords(run.configuration)),
  };
  return { ...records, accuracies: await accuraciesOf(records, { imported: true }) };
}

/** Whether a search has its answer, and whether a process is at work on it. */
export function searchState(path: string, lines: SearchRecords['lines']): SearchRecords['state'] {
  const folder = jobFolderAt(path);
  const ended = lines.some(({ entry }) => entry.type === 'finished') && existsSync(folder.result);
  if (ended) return 'finished';
  return isLocked(folder) ? 'running' : 'interrupted';
}

/** A configuration that cannot be read leaves out what depends on it: the space of a script is not in the folder. */
export async function plannedRecords(
  configuration: RecordedRun['configuration'],
): Promise<Pick<SearchRecords, 'planned' | 'problem'>> {
  try {
    const config = await configuration();
    return { planned: { config, plan: planSearch(config), defaults: await defaultsFor(config) }, problem: null };
  } catch (error) {
    if (error instanceof UsageError || error instanceof MissingError) return { planned: null, problem: error.message };
    throw error;
  }
}

/** The values that keys have by default for the space and the data set of a configuration, by key. */
async function defaultsFor(config: Config): Promise<ReadonlyMap<string, string>> {
  const named = describeConfig(config).keys.filter(({ key }) => NAMING_KEYS.includes(key));
  const { catalogue, plugins, described } = config;
  const overrides = named.flatMap(({ key, literal }) => [key, literal]);
  const defaults = await loadConfig({ overrides, catalogue, loaded: plugins, described });
  return new Map(describeConfig(defaults).keys.map(({ key, literal }) => [key, literal]));
}

/** @param runs at least one */
export function reportOf(runs: readonly [RunReport, ...RunReport[]]): Report {
  const [first, ...others] = runs;
  const title = others.length === 0 ? first.name : `${first.name} and ${others.length} more`;
  const comparison = others.length === 0 ? [] : sideBySide(runs);
  return { schema: 1, rminas: VERSION, title, comparison, runs: [...runs] };
}
