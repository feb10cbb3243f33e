/** Files that any number of processes append to and remove. A missing file counts as empty. */
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { ReadError, withFile } from '../system/files.js';
import { wholeLines } from './lines.js';

/**
 * Reads the whole lines of a file after the byte `start`.
 * @param largest the most bytes that the file can have
 * @returns the byte after the last line
 * @throws ReadError for a file of another kind or size
 */
export function readLinesFrom(file: string, start: number, largest: number, onLine: (line: string) => void): number {
  try {
    return withFile(file, largest, (descriptor, size) => {
      // A shorter file is a new one: the old one was removed.
      let end = size < start ? 0 : start;
      for (const line of wholeLines(descriptor, end)) {
        onLine(line.text);
        end = line.end;
      }
      return end;
    });
  } catch (error) {
    if (error instanceof ReadError && error.problem === 'missing') return 0;
    throw error;
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
