import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { MissingError, UsageError } from '../errors.js';
import { evaluationSchema, verificationSchema } from '../protocol/messages.js';

/** Bumped when an older journal can no longer be replayed. */
export const JOURNAL_VERSION = 1;

const genotype = z.string().min(1);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** First line: what the run is; nothing in it changes afterwards. */
const run = z.strictObject({
  type: z.literal('run'),
  version: z.literal(JOURNAL_VERSION),
  rminas: z.string(),
  /** Of the specification that config.yaml resolves to. */
  specification: digest,
  /** Decides how many proposals make a turn, so a resumed run keeps it. */
  workers: z.int().min(1),
  /** The `--data` folder, absolute; null when none was given. */
  data: z.string().nullable(),
  /** How many random architectures are trained beside the found one, and for how long; 0 for no verification. */
  verify: z.strictObject({ architectures: z.int().min(0), epochs: z.int().min(1) }),
});

/** A process starts to work on the run. */
const session = z.strictObject({
  type: z.literal('session'),
  pid: z.int(),
  versions: z.record(z.string(), z.string()),
  device: z.string(),
  /** Of the images and labels trained on; equal in all sessions. */
  batch: digest,
});

const proposed = z.strictObject({
  type: z.literal('proposed'),
  turn: z.int().min(0),
  phase: z.enum(['warm-up', 'guided']),
  genotypes: z.array(genotype).min(1),
});

const evaluated = z.strictObject({
  type: z.literal('evaluated'),
  genotype,
  seed: z.int(),
  outcome: z.union([z.strictObject({ evaluation: evaluationSchema }), z.strictObject({ failure: z.string() })]),
});

const finished = z.strictObject({
  type: z.literal('finished'),
  reason: z.enum(['successes-reached', 'evaluation-cap', 'space-exhausted']),
  genotype,
  note: z.string(),
  voters: z.array(z.strictObject({ genotype, loss: z.number() })),
});

const verified = z.strictObject({ type: z.literal('verified'), genotype, verification: verificationSchema });

const entrySchema = z.discriminatedUnion('type', [run, session, proposed, evaluated, finished, verified]);
const lineSchema = z.strictObject({ at: z.int(), entry: entrySchema });

export type JournalEntry = z.infer<typeof entrySchema>;
export type JournalLine = z.infer<typeof lineSchema>;

export interface ReadJournal {
  readonly lines: readonly JournalLine[];
  /** Bytes of whole lines; what lies behind them is a line that was being written when the run died. */
  readonly wholeBytes: number;
}

/**
 * Reads a journal. A torn last line is passed over: its event was never acted on.
 * @throws MissingError when there is no journal; UsageError when a whole line is not an entry.
 */
export function readJournal(file: string): ReadJournal {
  const bytes = readBytes(file);
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const texts = bytes.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
  return { lines: texts.map((text, index) => parseLine(text, index + 1, file)), wholeBytes };
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new MissingError(`There is no journal at ${file}, so there is no run to resume.`, {
      code: 'missing-journal',
      nextSteps: ['Name the folder of a run: it holds config.yaml and journal.jsonl.'],
      cause,
    });
  }
}

function parseLine(text: string, number: number, file: string): JournalLine {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UsageError(`Line ${number} of ${file} is not a journal entry of version ${JOURNAL_VERSION}.`, {
      code: 'corrupt-journal',
      nextSteps: ['Start a new run, or cut the journal before that line: what is lost is evaluated again.'],
      cause,
    });
  }
}

/** Appends to a journal. Each entry is on disk before `append` returns. */
export class JournalWriter {
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
  append(entry: JournalEntry): JournalLine {
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
