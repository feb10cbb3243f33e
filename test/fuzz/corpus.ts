/** The kept inputs of each reader: a folder for each, a file for each input, named by its content. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('corpus', import.meta.url));

export function readCorpus(reader: string): Buffer[] {
  const folder = join(FOLDER, reader);
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name)));
}

/** Keeps an input. @returns the file */
export function keep(reader: string, input: Buffer, prefix = ''): string {
  const folder = join(FOLDER, reader);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, prefix + createHash('sha1').update(input).digest('hex').slice(0, 12));
  writeFileSync(file, input);
  return file;
}
