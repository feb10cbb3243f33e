import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { z } from 'zod';
import { MissingError, UsageError } from '../errors.js';

/** An entry and when it was made, in ms since 1970. */
export interface Line<Entry> {
  readonly at: number;
  readonly entry: Entry;
}

export interface ReadLines<Entry> {
  readonly lines: readonly Line<Entry>[];
  /** Bytes of whole lines; what lies behind them is a line that was being written when the run died. */
  readonly wholeBytes: number;
}

/**
 * Reads a journal. A torn last line is passed over: its event was never acted on.
 * @param version of the journal, for messages
 * @throws MissingError when there is no journal; UsageError when a whole line is not an entry.
 */
export function readLines<Entry>(file: string, entrySchema: z.ZodType<Entry>, version: number): ReadLines<Entry> {
  const bytes = readBytes(file);
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const texts = bytes.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
  const lineSchema = z.strictObject({ at: z.int(), entry: entrySchema });
  const parse = (text: string, index: number): Line<Entry> => {
    try {
      return lineSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new UsageError(`Line ${index + 1} of ${file} is not a journal entry of version ${version}.`, {
        code: 'corrupt-journal',
        nextSteps: ['Start a new run, or cut the journal before that line: what is lost is evaluated again.'],
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

/**
 * Makes way for a new journal: one of which not even the first line is whole is of a run that did nothing.
 * @throws UsageError when there is more in it.
 */
export function removeUnbegun(file: string): void {
  if (!existsSync(file)) return;
  if (readFileSync(file).includes(0x0a)) {
    throw new UsageError(`There is a run already: ${file}`, {
      code: 'folder-taken',
      nextSteps: ['Go on with that run, or name another folder.'],
    });
  }
  rmSync(file);
}

/** Appends to a journal. Each entry is on disk before `append` returns. */
export class JournalWriter<Entry> {
  readonly #descriptor: number;
  readonly #file: string;

  /** @param wholeBytes where the next line goes: behind the last whole one, 0 for a new journal. */
  constructor(file: string, wholeBytes: number) {
    this.#file = file;
    this.#descriptor = openSync(file, 'a');
    // A torn line must not become the beginning of the next one; a device has no length to cut.
    if (wholeBytes > 0) ftruncateSync(this.#descriptor, wholeBytes);
  }

  /** @throws MissingError when the disk is full or the file has gone. */
  append(entry: Entry): Line<Entry> {
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
      nextSteps: ['Free some space, then resume: whatever the journal holds is kept.'],
      cause,
    },
  );
}
