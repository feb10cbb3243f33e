/** Files that any number of processes append to and remove. A missing file counts as empty. */
import { closeSync, fstatSync, openSync, readdirSync, readSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** Reads the whole lines of a file after the byte `start`. @returns the lines, and the byte after the last of them */
export function readLinesFrom(file: string, start: number): { readonly lines: string[]; readonly end: number } {
  const descriptor = ifThere(() => openSync(file, 'r'));
  if (descriptor === undefined) return { lines: [], end: 0 };
  try {
    const { size } = fstatSync(descriptor);
    // A shorter file is a new one: the old one was removed.
    const from = size < start ? 0 : start;
    const bytes = Buffer.alloc(size - from);
    const text = bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from));
    const whole = text.lastIndexOf(0x0a) + 1;
    return { lines: text.subarray(0, whole).toString('utf8').split('\n'), end: from + whole };
  } finally {
    closeSync(descriptor);
  }
}

/** Marks a file as just used. */
export function touch(file: string): void {
  const now = new Date();
  ifThere(() => utimesSync(file, now, now));
}

/** Removes the least recently used files until the rest is within the limit. */
export function makeRoom(folder: string, extension: string, limit: number): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .flatMap((name) => {
      const file = join(folder, name);
      const facts = ifThere(() => statSync(file));
      return facts ? [{ file, bytes: facts.size, used: facts.mtimeMs }] : [];
    })
    .sort((a, b) => a.used - b.used);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const oldest of files) {
    if (bytes <= limit) return;
    rmSync(oldest.file, { force: true });
    bytes -= oldest.bytes;
  }
}

function ifThere<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
