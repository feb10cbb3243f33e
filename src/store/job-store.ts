import { existsSync } from 'node:fs';
import type { z } from 'zod';
import { MissingError, UsageError } from '../errors.js';
import { shellWord } from '../installation/paths.js';
import { folderGone, type JobFolder, textIn, writeJobFile } from './folder.js';
import { readJournalOf } from './job-kinds.js';
import {
  hasBegun,
  type JournalLine,
  JournalWriter,
  type ReadJournal,
  removeUnbegun,
  replaceWithCopy,
  type WriteOptions,
} from './journal-file.js';
import { recordable } from './journal-line.js';
import { type FolderLock, lockFolder } from './lock.js';
import { Log } from './log.js';
import { type Rescue, rescueJob } from './rescue.js';

/** Every entry of a journal and every event has a type. */
interface Typed {
  readonly type: string;
}

/** Information for the user that needs no action. */
export interface Notice {
  readonly type: 'notice';
  readonly text: string;
}

/** The journal of one kind of job. */
export interface JournalFormat<Entry extends Typed, Header extends Entry> {
  /** The kind of job, for messages: `search`. */
  readonly job: string;
  readonly entries: z.ZodType<Entry>;
  /** Whether an entry is a header: the first entry, which says what the job is. */
  readonly isHeader: (entry: Entry) => entry is Header;
  /** The command that resumes a job, without its folder: `rminas search --resume`. Null for a shared folder. */
  readonly resume: string | null;
}

/**
 * Where a job works. `fresh` makes a folder when the job begins; `resume` needs a journal; `shared` is a folder with or
 * without a journal, which jobs of one kind add to.
 */
export type JobPlace = { readonly kind: 'fresh' } | { readonly kind: 'resume' | 'shared'; readonly folder: JobFolder };

/** The listener of a job store. */
export interface JobListener<Event> {
  readonly emit: (event: Event) => void;
  /** Called once the folder is locked. */
  readonly opened: (folder: string) => void;
  /** Called when the job must end: another process has taken over its folder. */
  readonly fail: (error: Error) => void;
}

export interface OpenJobOptions<Entry extends Typed, Header extends Entry, Event extends Typed> {
  readonly place: JobPlace;
  readonly format: JournalFormat<Entry, Header>;
  /** The line of log.txt for an event; null for none. */
  readonly describe: (event: Event | Notice) => string | null;
  readonly listener: JobListener<Event | Notice>;
}

/** The files and entries that a job writes when it begins. */
export interface BeginOptions<Entry extends Typed, Header extends Entry> {
  /** Makes the folder of a fresh job. */
  readonly folder?: () => JobFolder;
  /** Text of config.yaml, written unless the job is resumed. */
  readonly config: string;
  /** First entry of a new journal. */
  readonly header: Header;
  /** Entry that names this process; left out if sessions are written later. */
  readonly session?: Entry;
}

/** The journal of earlier sessions. */
export interface EarlierJob<Entry extends Typed, Header extends Entry> extends ReadJournal<Entry> {
  readonly folder: JobFolder;
  readonly header: Header;
}

/**
 * Reads a job's journal, without a lock.
 * @throws MissingError when there is none; UsageError when it is damaged or that of another kind of job.
 */
export function readJob<Entry extends Typed, Header extends Entry>(
  folder: JobFolder,
  { job, entries, isHeader }: JournalFormat<Entry, Header>,
): EarlierJob<Entry, Header> {
  const journal = readJournalOf(job, folder.journal, entries);
  const header = journal.lines[0]?.entry;
  if (header !== undefined && isHeader(header)) return { ...journal, folder, header };
  const problem = header === undefined ? ': it ended before its first line was written' : '';
  throw new UsageError(`${folder.journal} does not begin with the header of a ${job}${problem}.`, {
    code: 'corrupt-journal',
    nextSteps: ['Start a new one in another folder: nothing in this one can be resumed.'],
  });
}

/**
 * Opens a job: locks its folder and reads its journal. Nothing is written before {@link JobStore.begin}.
 * @throws UsageError `run-in-use` while another process is at work in the folder, and as {@link readJob}
 */
export function openJob<Entry extends Typed, Header extends Entry, Event extends Typed>(
  options: OpenJobOptions<Entry, Header, Event>,
): JobStore<Entry, Header, Event> {
  return new JobStore(options);
}

/** An open job: its folder, lock, journal, events and log. */
export class JobStore<Entry extends Typed, Header extends Entry, Event extends Typed> {
  readonly #options: OpenJobOptions<Entry, Header, Event>;
  readonly #lines: JournalLine<Entry>[] = [];
  /** Lines of the log from before there was a folder. */
  readonly #early: string[] = [];
  #folder: JobFolder | undefined;
  #lock: FolderLock | undefined;
  #earlier: EarlierJob<Entry, Header> | undefined;
  #journal: JournalWriter<Entry> | undefined;
  #log: Log | undefined;
  /** Text of config.yaml. */
  #config: string | undefined;
  /** Set once the folder has vanished. */
  #rescue: Rescue<Entry> | undefined;

  constructor(options: OpenJobOptions<Entry, Header, Event>) {
    this.#options = options;
    const { place, format } = options;
    if (place.kind === 'fresh') return;
    this.#enter(place.folder);
    try {
      // A shared folder may have no journal yet, or one whose first line is torn.
      if (place.kind === 'resume' || hasBegun(place.folder.journal)) this.#earlier = readJob(place.folder, format);
      if (this.#earlier) this.#lines.push(...this.#earlier.lines);
      if (place.kind === 'resume') this.#config = textIn(place.folder.config);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @throws Error before a fresh job has begun */
  get folder(): JobFolder {
    if (this.#folder === undefined) throw new Error('The job has no folder before it begins.');
    return this.#folder;
  }

  /** The journal of earlier sessions; undefined for a new journal. */
  get earlier(): EarlierJob<Entry, Header> | undefined {
    return this.#earlier;
  }

  /** The whole journal, this session's lines included. */
  get lines(): readonly JournalLine<Entry>[] {
    return this.#lines;
  }

  /** Seconds that all sessions took, each from its first to its last line. */
  get seconds(): number {
    return secondsOf(this.#lines);
  }

  /** Processes that worked on the job. */
  get sessions(): number {
    return this.#lines.filter(({ entry }) => entry.type === 'session').length;
  }

  /**
   * Begins to write: makes the folder of a fresh job, cuts a torn line off, and writes configuration, header, session
   * and the early lines of the log.
   * @throws UsageError `folder-taken` when the folder of a fresh job has a journal; MissingError when the disk is full.
   */
  begin({ folder: makeFolder, config, header, session }: BeginOptions<Entry, Header>): void {
    if (this.#folder === undefined) {
      if (makeFolder === undefined) throw new Error('A fresh job needs a folder.');
      this.#enter(makeFolder());
      removeUnbegun(this.folder.journal);
    }
    const loss = this.#loss();
    if (loss !== undefined) throw loss;
    const { journal } = this.folder;
    if (this.#options.place.kind !== 'resume') writeJobFile(this.folder.config, config);
    this.#config ??= config;
    if (this.#lock?.fromOtherHost && existsSync(journal)) replaceWithCopy(journal);
    this.#journal = new JournalWriter<Entry>(journal, this.#earlier);
    if (this.#earlier === undefined) this.write(header);
    if (session !== undefined) this.write(session);
    this.#log = new Log(this.folder.log, (text) => this.#options.listener.emit({ type: 'notice', text }));
    for (const text of this.#early.splice(0)) this.#log.append(text);
  }

  /**
   * Appends an entry to the journal. It is on disk when this returns, unless it need not be durable.
   * @throws UsageError `run-taken-over` when another process has the lock, `invalid-entry` for an entry that could not be
   *   read back; MissingError when the disk is full, and
   *   `run-folder-gone` when the folder has vanished. The entry is in the rescued journal then.
   */
  write(entry: Entry, options: WriteOptions = {}): void {
    if (this.#journal === undefined) throw new Error('The job has not begun.');
    const loss = this.#loss();
    if (loss !== undefined && this.#rescue === undefined) throw loss;
    recordable(`An entry '${entry.type}'`, entry, this.#options.format.entries);
    this.#lines.push(this.#journal.append(entry, options));
    if (loss !== undefined) throw loss;
  }

  /** Tells the listener of an event and writes it to the log. */
  emit(event: Event | Notice): void {
    const text = this.#options.describe(event);
    if (text !== null) {
      if (this.#log) this.#log.append(text);
      else this.#early.push(text);
    }
    this.#options.listener.emit(event);
  }

  notify(text: string): void {
    this.emit({ type: 'notice', text });
  }

  /** Closes the journal and gives the folder back. Can be called more than once. */
  close(): void {
    const loss = this.#lock === undefined ? undefined : this.#loss();
    if (loss !== undefined) this.#options.listener.fail(loss);
    this.#journal?.close();
    this.#journal = undefined;
    this.#lock?.release(this.#rescue?.movedTo);
    this.#lock = undefined;
  }

  #enter(folder: JobFolder): void {
    const { listener } = this.#options;
    const lock = lockFolder(folder);
    this.#folder = folder;
    this.#lock = lock;
    lock.lost.addEventListener('abort', () => listener.fail(this.#loss() ?? lock.lost.reason));
    listener.opened(folder.path);
    for (const text of lock.notices) this.notify(text);
  }

  /** Why the job can no longer write into its folder; undefined while it can. A vanished folder's job is rescued. */
  #loss(): Error | undefined {
    const loss = this.#rescue ? undefined : this.#findLoss();
    // The loss of the lock may have been told, and the job rescued, meanwhile.
    if (loss instanceof MissingError && this.#rescue === undefined) this.#rescueJob();
    return this.#rescue?.error ?? loss;
  }

  #findLoss(): Error | undefined {
    const { path, journal } = this.folder;
    const written = this.#journal !== undefined || this.#earlier !== undefined;
    const gone = written && !existsSync(journal);
    try {
      this.#lock?.check();
    } catch (error) {
      return gone ? folderGone(path) : (error as Error);
    }
    return gone || this.#journal?.isInPlace() === false ? folderGone(path) : undefined;
  }

  #rescueJob(): void {
    const { format } = this.#options;
    const { path } = this.folder;
    const nextStep = (kept: string) =>
      format.resume === null
        ? `Move it to ${path}, then give the same command again.`
        : `Resume it with: ${format.resume} ${shellWord(kept)}`;
    // The log went with the folder.
    this.#log = undefined;
    const options = { folder: this.folder, journal: this.#journal, lines: this.#lines, config: this.#config };
    const rescue = rescueJob({ ...options, job: format.job, nextStep });
    if (rescue.journal !== this.#journal) this.#journal?.close();
    this.#journal = rescue.journal;
    this.#rescue = rescue;
    this.notify(rescue.error.message);
  }
}

/** Seconds of work on a job. Each session lasts from its first to its last line. */
export function secondsOf(lines: readonly JournalLine<Typed>[]): number {
  let total = 0;
  let start: number | null = null;
  let last = 0;
  for (const { at, entry } of lines) {
    if (entry.type === 'session') {
      if (start !== null) total += last - start;
      start = at;
    }
    last = at;
  }
  return start === null ? 0 : (total + last - start) / 1000;
}
