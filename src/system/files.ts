/** Reads files that may be of any kind and size, and writes files in one step. */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * - `missing`: there is nothing at the path.
 * - `unreadable`: the system refuses to open or read it.
 * - `not-a-file`: it is a folder, a FIFO, a socket or a device.
 * - `too-large`: it has more bytes than the reader expects.
 */
export type ReadProblem = 'missing' | 'unreadable' | 'not-a-file' | 'too-large';

/** A file was not read. The message follows the name of the file: `is a FIFO, not a regular file`. */
export class ReadError extends Error {
  constructor(
    readonly problem: ReadProblem,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** A FIFO that has taken the place of a file after the first look must not block. */
const OPEN = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const CHUNK = 65_536;

/**
 * The content of a regular file. Kind and size are checked before anything is read: a FIFO could hang, and a device could
 * have no end.
 * @param largest the most bytes that such a file can have
 * @throws ReadError
 */
export function readBounded(path: string, largest: number): Buffer {
  return withFile(path, largest, (descriptor, size) => {
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      // One byte more than the file has: the last read then finds its end. Files of /proc have no size.
      const chunk = Buffer.allocUnsafe(Math.max(CHUNK, Math.min(size, largest) - total + 1));
      const read = readSync(descriptor, chunk);
      if (read === 0) return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, total);
      total += read;
      if (total > largest) throw tooLarge(total, largest);
      chunks.push(chunk.subarray(0, read));
    }
  });
}

/** The content of a regular file as text. @throws as {@link readBounded} */
export function readTextBounded(path: string, largest: number): string {
  return readBounded(path, largest).toString('utf8');
}

/**
 * Opens a regular file for reading, and closes it after the work.
 * @throws ReadError; and what the work throws
 */
export function withFile<T>(path: string, largest: number, work: (descriptor: number, size: number) => T): T {
  return reading(() => {
    checkKind(statSync(path));
    const descriptor = openSync(path, OPEN);
    try {
      const stats = fstatSync(descriptor);
      checkKind(stats);
      if (stats.size > largest) throw tooLarge(stats.size, largest);
      return work(descriptor, stats.size);
    } finally {
      closeSync(descriptor);
    }
  });
}

/** Checks that a path leads to a regular file. @throws ReadError */
export function requireFile(path: string): void {
  reading(() => checkKind(statSync(path)));
}

function reading<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw cause;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new ReadError('missing', 'does not exist', cause);
    throw new ReadError('unreadable', `cannot be read (${code})`, cause);
  }
}

function checkKind(stats: Stats): void {
  if (!stats.isFile()) throw new ReadError('not-a-file', `is ${kindOf(stats)}, not a regular file`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a FIFO';
  return stats.isSocket() ? 'a socket' : 'a device';
}

function tooLarge(size: number, largest: number): ReadError {
  const [has, most] = [size, largest].map((bytes) => bytes.toLocaleString('en-US'));
  return new ReadError('too-large', `has ${has} bytes, more than ${most}`);
}

/**
 * Replaces a file in one step: a reader sees the old content or the new one, never a part. A link stays, and leads to the
 * new content. A device is written to, and a FIFO without a reader is an error.
 * @param writer a name of this process, where several write one file at once; each of them has a draft of its own then
 * @throws errors of node:fs; the old file stays then
 */
export function writeAtomically(path: string, text: string, writer = ''): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile()) {
    writeTo(openSync(path, constants.O_WRONLY | (constants.O_NONBLOCK ?? 0)), (descriptor) =>
      writeFileSync(descriptor, text),
    );
    return;
  }
  const target = stats === undefined ? path : realpathSync(path);
  const draft = join(dirname(target), `.${basename(target)}${writer && `.${writer}`}.draft`);
  try {
    writeTo(openSync(draft, 'w', stats?.mode), (descriptor) => {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    });
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function writeTo(descriptor: number, write: (descriptor: number) => void): void {
  try {
    write(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Whether something could not be written because the disk, its quota or a limit of the file's size is exhausted. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException | null)?.code ?? '');
}
