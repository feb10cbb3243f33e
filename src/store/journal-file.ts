import {
  closeSync,
  copyFileSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { z } from 'zod';
import { MissingError, UsageError } from '../errors.js';
import { shellWord } from '../installation/paths.js';
import { isDiskFull, ReadError, withFile } from '../system/files.js';
import { parseJson } from '../system/json.js';
import { EMPTY_SUM, type JournalLine, printLine, splitLine, sumOf } from './journal-line.js';
import { wholeLines } from './lines.js';

export type { JournalLine } from './journal-line.js';

/** A run of a hundred thousand evaluations writes less than a tenth of this. */
const MOST_JOURNAL_BYTES = 2 ** 32;

/** Where a journal is continued. */
export interface JournalEnd {
  /** Bytes of the whole lines. A torn line may follow, which was being written when the process died. */
  readonly wholeBytes: number;
  /** Checksum of the whole lines. */
  readonly sum: string;
}

export interface ReadJournal<Entry> extends JournalEnd {
  readonly lines: readonly JournalLine<Entry>[];
}

/** The end of a journal without lines. */
export const NO_LINES: JournalEnd = { wholeBytes: 0, sum: EMPTY_SUM };

/**
 * Reads a journal. A torn last line is ignored: its event was never acted on.
 * @throws MissingError when there is no journal; UsageError when a whole line is not an entry, or not the one that was
 *   written, and when the journal is not a regular file.
 */
export function readJournal<Entry>(file: string, entries: z.ZodType<Entry>): ReadJournal<Entry> {
  const lineSchema = z.strictObject({ at: z.int(), entry: entries });
  const lines: JournalLine<Entry>[] = [];
  let sum = EMPTY_SUM;
  let wholeBytes = 0;
  let summed = false;
  const parse = (text: string): JournalLine<Entry> => {
    if (/^\uFEFF|\r$/.test(text)) throw convertedLine(file, lines.length + 1);
    const line = splitLine(text);
    sum = sumOf(sum, line.json);
    // Once a journal has checksums, every line has one.
    if (line.sum === null ? summed : line.sum !== sum) throw changedLine(file, lines.length + 1);
    summed ||= line.sum !== null;
    try {
      return lineSchema.parse(parseJson(line.json));
    } catch (cause) {
      throw foreignLine(file, lines.length + 1, cause);
    }
  };
  readingJournal(file, (descriptor) => {
    for (const { text, end } of wholeLines(descriptor)) {
      lines.push(parse(text));
      wholeBytes = end;
    }
  });
  return { lines, wholeBytes, sum };
}

function foreignLine(file: string, number: number, cause: unknown): UsageError {
  return new UsageError(`Line ${number} of ${file} is not a journal entry that this version can read.`, {
    code: 'corrupt-journal',
    nextSteps: [
      number === 1
        ? 'Start a new run: nothing in this folder can be resumed.'
        : 'Start a new run, or cut the journal before that line: what is lost is computed again.',
    ],
    cause,
  });
}

/** An editor, or Git on Windows, has converted the file. */
function convertedLine(file: string, number: number): UsageError {
  return new UsageError(`Line ${number} of ${file} has a byte order mark or a line ending of Windows.`, {
    code: 'corrupt-journal',
    nextSteps: [`Remove them, and nothing is lost: perl -pi -e 's/^\\xEF\\xBB\\xBF//; s/\\r$//' ${shellWord(file)}`],
  });
}

function changedLine(file: string, number: number): UsageError {
  return new UsageError(
    `Line ${number} of ${file} does not fit its checksum: the line was changed, or lines before it were.`,
    {
      code: 'corrupt-journal',
      nextSteps: ['Undo the change, or cut the journal before that line: what is lost is computed again.'],
    },
  );
}

/** @throws MissingError when there is no journal; UsageError when it is not one: a FIFO would block. */
function readingJournal<T>(file: string, work: (descriptor: number) => T): T {
  try {
    return withFile(file, MOST_JOURNAL_BYTES, work);
  } catch (error) {
    throw error instanceof ReadError ? unreadable(file, error) : error;
  }
}

function unreadable(file: string, cause: ReadError): MissingError | UsageError {
  if (cause.problem === 'missing' || cause.problem === 'unreadable') return missingJournal(file, cause);
  return new UsageError(`${file} ${cause.message}: it is not a journal.`, {
    code: 'corrupt-journal',
    nextSteps: ['Name the folder of a run: it holds config.yaml and journal.jsonl.'],
    cause,
  });
}

export function missingJournal(file: string, cause: unknown): MissingError {
  return new MissingError(`There is no journal at ${file}, so the folder has no run.`, {
    code: 'missing-journal',
    nextSteps: ['Name the folder of a run: it holds config.yaml and journal.jsonl.'],
    cause,
  });
}

/** The text of a journal's first line; undefined when there is no journal, or no whole line in it. */
export function firstLine(file: string): string | undefined {
  try {
    return withFile(file, MOST_JOURNAL_BYTES, (descriptor) => wholeLines(descriptor).next().value?.text);
  } catch (error) {
    if (error instanceof ReadError) return undefined;
    throw error;
  }
}

/** Whether a journal has at least one whole line. Without one, its run has not begun. */
export function hasBegun(file: string): boolean {
  try {
    return withFile(file, MOST_JOURNAL_BYTES, (descriptor) => wholeLines(descriptor).next().done === false);
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    if (error.problem === 'missing') return false;
    throw unreadable(file, error);
  }
}

/**
 * Removes a journal whose first line is torn, to make room for a new one.
 * @throws UsageError when the journal has a whole line.
 */
export function removeUnbegun(file: string): void {
  if (hasBegun(file)) {
    throw new UsageError(`There is a run already: ${file}`, {
      code: 'folder-taken',
      nextSteps: ['Resume that run, or name another folder.'],
    });
  }
  rmSync(file, { force: true });
}

/**
 * Puts a copy of a journal in its place. A process that still has the old file open can no longer write into the
 * journal.
 */
export function replaceWithCopy(file: string): void {
  const copy = `${file}.${process.pid}`;
  try {
    copyFileSync(file, copy);
    flush(copy);
  } catch (cause) {
    rmSync(copy, { force: true });
    throw unwritable(copy, cause);
  }
  renameSync(copy, file);
}

function flush(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export interface WriteOptions {
  /** False for an entry that follows from those before it: the next durable one takes it to the disk. */
  readonly durable?: boolean;
}

/** Appends to a journal. Each durable entry is on disk before `append` returns. */
export class JournalWriter<Entry> {
  readonly #descriptor: number;
  readonly #file: string;
  #end: JournalEnd;

  /**
   * @param end where the next line begins: after the last whole one
   * @throws MissingError when the file cannot be opened
   */
  constructor(file: string, end: JournalEnd = NO_LINES) {
    this.#file = file;
    this.#end = end;
    try {
      this.#descriptor = openSync(file, 'a');
    } catch (cause) {
      throw unwritable(file, cause);
    }
    this.#cut();
  }

  /** @throws MissingError when the disk is full or the file has gone. */
  append(entry: Entry, options: WriteOptions = {}): JournalLine<Entry> {
    const line = { at: Date.now(), entry };
    this.write(line, options);
    return line;
  }

  /** Appends a line that has its time already. @throws as {@link append} */
  write(line: JournalLine<Entry>, { durable = true }: WriteOptions = {}): void {
    const { text, sum } = printLine(line, this.#end.sum);
    const bytes = Buffer.from(text);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
      if (durable) fdatasyncSync(this.#descriptor);
    } catch (cause) {
      this.#cut();
      throw unwritable(this.#file, cause);
    }
    this.#end = { wholeBytes: this.#end.wholeBytes + bytes.length, sum };
  }

  /** Whether the journal's path still leads to the file that is written. */
  isInPlace(): boolean {
    try {
      return statSync(this.#file, { throwIfNoEntry: false })?.ino === fstatSync(this.#descriptor).ino;
    } catch {
      // The next write says what is wrong.
      return true;
    }
  }

  /** Where the file is now if it, or a folder above it, was moved. Undefined if it was deleted, or this is unknown. */
  movedTo(): string | undefined {
    try {
      const path = readlinkSync(`/proc/self/fd/${this.#descriptor}`);
      return statSync(path).ino === fstatSync(this.#descriptor).ino ? path : undefined;
    } catch {
      return undefined;
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** A torn line must not become the beginning of the next one. A device has no length to cut. */
  #cut(): void {
    if (fstatSync(this.#descriptor).size > this.#end.wholeBytes) {
      ftruncateSync(this.#descriptor, this.#end.wholeBytes);
    }
  }
}

function unwritable(file: string, cause: unknown): MissingError {
  const { message } = cause as NodeJS.ErrnoException;
  const full = isDiskFull(cause);
  return new MissingError(
    full ? `The disk is full: ${file} could not be extended.` : `${file} could not be written: ${message}`,
    {
      code: full ? 'disk-full' : 'unwritable',
      nextSteps: [
        `${full ? 'Free some space' : 'Make sure that you may write it'}, then resume: the journal keeps all that it holds.`,
      ],
      cause,
    },
  );
}
