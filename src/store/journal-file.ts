import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { z } from 'zod';
import { MissingError, UsageError } from '../errors.js';

/** An entry and when it was written, in ms since 1970. */
export interface JournalLine<Entry> {
  readonly at: number;
  readonly entry: Entry;
}

export interface ReadJournal<Entry> {
  readonly lines: readonly JournalLine<Entry>[];
  /** Bytes of the whole lines. A torn line may follow, which was being written when the process died. */
  readonly wholeBytes: number;
}

/**
 * Reads a journal. A torn last line is ignored: its event was never acted on.
 * @throws MissingError when there is no journal; UsageError when a whole line is not an entry.
 */
export function readJournal<Entry>(file: string, entries: z.ZodType<Entry>): ReadJournal<Entry> {
  const bytes = readBytes(file);
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const texts = bytes.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
  const lineSchema = z.strictObject({ at: z.int(), entry: entries });
  const parse = (text: string, index: number): JournalLine<Entry> => {
    try {
      return lineSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new UsageError(`Line ${index + 1} of ${file} is not a journal entry that this version can read.`, {
        code: 'corrupt-journal',
        nextSteps: ['Start a new run, or cut the journal before that line: what is lost is computed again.'],
        cause,
      });
    }
  };
  return { lines: texts.map(parse), wholeBytes };
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw missingJournal(file, cause);
  }
}

export function missingJournal(file: string, cause: unknown): MissingError {
  return new MissingError(`There is no journal at ${file}, so there is no run to resume.`, {
    code: 'missing-journal',
    nextSteps: ['Name the folder of a run: it holds config.yaml and journal.jsonl.'],
    cause,
  });
}

/** Whether a journal has at least one whole line: without one, nothing of its run has been done. */
export function hasBegun(file: string): boolean {
  return existsSync(file) && readFileSync(file).includes(0x0a);
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
  const bytes = readFileSync(file);
  const descriptor = openSync(copy, 'w');
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } catch (cause) {
    rmSync(copy, { force: true });
    throw unwritable(copy, cause);
  } finally {
    closeSync(descriptor);
  }
  renameSync(copy, file);
}

/** Appends to a journal. Each entry is on disk before `append` returns. */
export class JournalWriter<Entry> {
  readonly #descriptor: number;
  readonly #file: string;

  /** @param wholeBytes where the next line begins: after the last whole one, 0 in a new journal. */
  constructor(file: string, wholeBytes: number) {
    this.#file = file;
    this.#descriptor = openSync(file, 'a');
    // A torn line must not become the beginning of the next one. A device has no length to cut.
    if (fstatSync(this.#descriptor).size > wholeBytes) ftruncateSync(this.#descriptor, wholeBytes);
  }

  /** @throws MissingError when the disk is full or the file has gone. */
  append(entry: Entry): JournalLine<Entry> {
    const line = { at: Date.now(), entry };
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
      fdatasyncSync(this.#descriptor);
    } catch (cause) {
      throw unwritable(this.#file, cause);
    }
    return line;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function unwritable(file: string, cause: unknown): MissingError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
  return new MissingError(
    full ? `The disk is full: ${file} could not be extended.` : `${file} could not be written: ${message}`,
    {
      code: full ? 'disk-full' : 'unwritable',
      nextSteps: ['Free some space, then resume: the journal keeps all that it holds.'],
      cause,
    },
  );
}
