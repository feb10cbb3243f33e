/** Files that any number of processes write and remove. A missing file is not an error. */
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

const HOUR_MS = 3_600_000;

/** Marks a file as just used, at most once an hour. */
export function touch(file: string): void {
  const now = new Date();
  ifThere(() => {
    if (now.getTime() - statSync(file).mtimeMs > HOUR_MS) utimesSync(file, now, now);
  });
}

/**
 * Removes the least recently used files of a folder until the rest is within the limit. Drafts that a killed process left
 * count, too. Several processes may do so at once: they remove the same files.
 * @param limit in bytes, as the file system stores them
 */
export function makeRoom(folder: string, limit: number): void {
  const files = readdirSync(folder)
    .flatMap((name) => {
      const file = join(folder, name);
      const facts = ifThere(() => statSync(file));
      return facts?.isFile() ? [{ file, bytes: Math.max(facts.size, 512 * facts.blocks), used: facts.mtimeMs }] : [];
    })
    .sort((a, b) => a.used - b.used);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const oldest of files) {
    if (bytes <= limit) return;
    rmSync(oldest.file, { force: true });
    bytes -= oldest.bytes;
  }
}

/** Removes the files of earlier versions, which had one for many values: nothing reads them any more. */
export function removeFormerCaches(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (/^[0-9a-f]{64}\.jsonl$/.test(name)) rmSync(join(folder, name), { force: true });
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
