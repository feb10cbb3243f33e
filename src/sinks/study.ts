/** The evaluations of a search as a study of Optuna. */
import { resolve } from 'node:path';
import { MissingError } from '../errors.js';
import { pathOption } from '../installation/paths.js';
import { JOB_OPTIONS, type JobOptions } from '../jobs/job.js';
import { SEARCH_JOURNAL } from '../jobs/search/journal.js';
import { checkArgument, checkOptions, type OptionShape } from '../options.js';
import { PluginLoader } from '../plugins/loader.js';
import type { LogEntry, LogEntryOf } from '../protocol/logging.js';
import { FollowedSearch } from '../report/data/follow.js';
import { thinned } from '../report/data/search/architectures.js';
import { type HistoryEntry, scoredHistory } from '../report/data/search/history.js';
import type { SearchRecords } from '../report/data/search/records.js';
import { slotNamesOf } from '../report/data/search/slots.js';
import { jobFolderAt } from '../store/folder.js';
import { readJob } from '../store/job-store.js';
import { searchLog } from './entries/search.js';
import { writeAll } from './log.js';

/** Points of a training's curve in a trial. */
const CURVE_POINTS = 16;

export interface ExportStudyOptions extends JobOptions {
  /** An Optuna journal if it ends in `.log` or `.journal`, else an SQLite database. */
  readonly file: string;
}

const STUDY_OPTIONS: OptionShape<ExportStudyOptions> = { ...JOB_OPTIONS, file: pathOption };

/**
 * Writes a search as a study of Optuna: a trial for each evaluation, in the order in which they ended. A study that the
 * file has already gets the trials that it lacks.
 *
 * @example
 * await exportStudy('exp/quickstart/nas-bench-201-digits-seed1', { file: 'study.db' });
 * @returns the file and the name of the study, in words
 * @throws MissingError `missing-package` without Optuna, `missing-space` for a space of a script; MissingError and
 *   UsageError as readRun()
 */
export async function exportStudy(folder: string, options: ExportStudyOptions): Promise<string> {
  const path = checkArgument('exportStudy()', 'folder', pathOption, folder);
  const { file, python, signal } = checkOptions('exportStudy()', STUDY_OPTIONS, options);
  const run = jobFolderAt(path);
  readJob(run, SEARCH_JOURNAL);
  const search = new FollowedSearch(run.path, () => new PluginLoader().loadConfig({ file: run.config }));
  const target = { kind: 'optuna', destination: resolve(file), text: `optuna:${file}` } as const;
  return writeAll(target, studyEntries(await search.readOn()), { python, signal, doing: 'The export' });
}

/** The entries of a study. @throws MissingError `missing-space` */
export function studyEntries(records: SearchRecords): LogEntry[] {
  const { space, entries } = scoredHistory(records);
  const { run, answer, state } = searchLog(records);
  if (space === null) {
    throw new MissingError('The slots of this search are not known: its space is an object of a script.', {
      code: 'missing-space',
      nextSteps: ['Export the evaluations with --format csv or jsonl.'],
    });
  }
  const names = slotNamesOf(space);
  const slots = names.slots.map((name, slot) => ({ name, choices: [...(names.categories[slot] ?? [])] }));
  const choicesOf = (canonical: string) =>
    space.canonical(space.parse(canonical)).map((category, slot) => slots[slot]?.choices[category] ?? String(category));
  const first = new Map<string, HistoryEntry>();
  for (const entry of entries) if (!first.has(entry.canonical)) first.set(entry.canonical, entry);
  const trials = records.lines.flatMap(({ at, entry }) => {
    const scored = entry.type === 'evaluated' ? first.get(entry.genotype) : undefined;
    return scored === undefined ? [] : [trialOf(scored, at, choicesOf(scored.canonical))];
  });
  return [run, { type: 'study', slots }, ...trials, ...(answer === null ? [] : [answer]), { type: 'end', state }];
}

function trialOf(
  { canonical, phase, turn, loss, outcome }: HistoryEntry,
  at: number,
  choices: string[],
): LogEntryOf<'trial'> {
  const common = { type: 'trial', at, choices } as const;
  const attributes = { genotype: canonical, phase, turn };
  if ('failure' in outcome) {
    const failed = { ...attributes, failure: outcome.failure };
    return { ...common, seconds: 0, state: 'failed', value: null, curve: [], attributes: failed };
  }
  const { curve, cka, crossEntropy, steps, seconds, stopped = null } = outcome.evaluation;
  const points = thinned(curve, CURVE_POINTS).filter((point): point is [number, number] => point[1] !== null);
  const finite = Number.isFinite(loss);
  return {
    ...common,
    seconds,
    state: finite ? (stopped === null ? 'complete' : 'pruned') : 'failed',
    value: finite ? loss : null,
    curve: points,
    attributes: { ...attributes, cka, crossEntropy, steps, ...(outcome.parts && { parts: outcome.parts }) },
  };
}
