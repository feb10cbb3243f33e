/** The kept inputs of each reader: a text file for each, with a line of base64 for each input, sorted. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('corpus', import.meta.url));
/** Of all inputs of a reader together. Longer ones are left out first. */
const MOST_BYTES = 64 * 1024;

const fileOf = (reader: string) => join(FOLDER, `${reader}.txt`);

function linesOf(reader: string): string[] {
  if (!existsSync(fileOf(reader))) return [];
  return readFileSync(fileOf(reader), 'utf8').split('\n').filter(Boolean);
}

export function readCorpus(reader: string): Buffer[] {
  return linesOf(reader).map((line) => Buffer.from(line, 'base64'));
}

/** Adds inputs, as long as there is room. */
export function keep(reader: string, inputs: readonly Buffer[]): void {
  const kept = new Set(linesOf(reader));
  let room = MOST_BYTES - readCorpus(reader).reduce((sum, { length }) => sum + length, 0);
  for (const input of inputs.toSorted((one, other) => one.length - other.length)) {
    room -= input.length;
    if (room < 0) break;
    kept.add(input.toString('base64'));
  }
  write(reader, kept);
}

/** Adds the input of a fault, so that the tests fail until it is mended. */
export function keepFault(reader: string, input: Buffer): void {
  write(reader, new Set([...linesOf(reader), input.toString('base64')]));
}

function write(reader: string, lines: ReadonlySet<string>): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(
    fileOf(reader),
    [...lines]
      .sort()
      .map((line) => `${line}\n`)
      .join(''),
  );
}
