/** Keeps what is in memory of a job whose folder was moved or deleted while the job worked in it. */
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { MissingError } from '../errors.js';
import { dataHome } from '../installation/places.js';
import { createJobFolder, folderGone, type JobFolder, writeJobFile } from './folder.js';
import { type JournalLine, JournalWriter } from './journal-file.js';

/** What is in memory of a job. */
export interface RescueOptions<Entry> {
  /** The folder that has vanished. */
  readonly folder: JobFolder;
  /** The journal that was open; undefined before the job began to write. */
  readonly journal: JournalWriter<Entry> | undefined;
  readonly lines: readonly JournalLine<Entry>[];
  /** Text of config.yaml; undefined if it is not known. */
  readonly config: string | undefined;
  /** The kind of job, for messages. */
  readonly job: string;
  /** What to do with the folder that the job is in now. */
  readonly nextStep: (folder: string) => string;
}

export interface Rescue<Entry> {
  /** Where the job goes on being written; undefined if it could not be rescued. */
  readonly journal: JournalWriter<Entry> | undefined;
  /** Where the folder is now, if it was moved. */
  readonly movedTo: string | undefined;
  /** For the user: what happened, and what to do. */
  readonly error: MissingError;
}

/** Finds the folder that was moved, or writes configuration and journal into a new one. */
export function rescueJob<Entry>(options: RescueOptions<Entry>): Rescue<Entry> {
  const { folder, journal, lines, config, job, nextStep } = options;
  const movedTo = movedFolder(folder, journal);
  const gone = (text: string, nextSteps: string[]) =>
    new MissingError(`The folder of the ${job}, ${folder.path}, ${text}`, { code: 'run-folder-gone', nextSteps });
  if (movedTo !== undefined) {
    const error = gone(`was moved to ${movedTo} during the work. Nothing is lost.`, [nextStep(movedTo)]);
    return { journal, movedTo, error };
  }
  if (config === undefined) return { journal, movedTo, error: folderGone(folder.path) };
  let problem = '';
  for (const parent of placesFor(folder)) {
    try {
      const kept = writeRescue(parent, { folder, lines, config });
      const error = gone(`was deleted or moved during the work. Its journal is kept in ${kept.folder.path}.`, [
        nextStep(kept.folder.path),
      ]);
      return { journal: kept.journal, movedTo, error };
    } catch (cause) {
      problem = (cause as Error).message;
    }
  }
  const error = gone(`was deleted or moved during the work, and its journal could not be kept: ${problem}`, [
    'Put the folder back if it was moved, or start again.',
  ]);
  return { journal, movedTo, error };
}

/** A journal that alone was moved does not make a folder to resume in. */
function movedFolder(folder: JobFolder, journal: JournalWriter<unknown> | undefined): string | undefined {
  const path = journal?.movedTo();
  if (path === undefined || basename(path) !== basename(folder.journal)) return undefined;
  const moved = dirname(path);
  return moved !== folder.path && existsSync(join(moved, basename(folder.config))) ? moved : undefined;
}

/** Beside the vanished folder, then in the user's data folder, then among temporary files. */
function placesFor({ path }: JobFolder): string[] {
  const beside = dirname(path);
  return [...(existsSync(beside) ? [beside] : []), join(dataHome(), 'rescued'), join(tmpdir(), 'rminas-rescued')];
}

function writeRescue<Entry>(
  parent: string,
  { folder, lines, config }: { folder: JobFolder; lines: readonly JournalLine<Entry>[]; config: string },
): { readonly folder: JobFolder; readonly journal: JournalWriter<Entry> } {
  const rescued = createJobFolder(parent, `${basename(folder.path)}-rescued`);
  let journal: JournalWriter<Entry> | undefined;
  try {
    writeJobFile(rescued.config, config);
    journal = new JournalWriter<Entry>(rescued.journal);
    // The last line takes those before it to the disk.
    for (const [index, line] of lines.entries()) journal.write(line, { durable: index === lines.length - 1 });
    return { folder: rescued, journal };
  } catch (error) {
    // The next place may have room for all of it.
    journal?.close();
    rmSync(rescued.path, { recursive: true, force: true });
    throw error;
  }
}
