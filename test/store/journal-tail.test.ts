import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { JournalTail } from '../../src/store/journal-tail.js';
import { temporaryFolder } from '../support/run-cli.js';

let file: string;
let tail: JournalTail;
let taken: unknown[];
beforeEach(() => {
  file = join(temporaryFolder(), 'journal.jsonl');
  tail = new JournalTail(file);
  taken = [];
});

const linesOf = (...numbers: number[]) => numbers.map((number) => `${number}\n`).join('');
const readOn = (refused: readonly number[] = []) =>
  tail.readOn(
    (json) => {
      if (refused.includes(json as number)) throw new Error(`refused ${json}`);
      taken.push(json);
    },
    () => {
      taken = [];
    },
  );

describe('the tail of a journal', () => {
  it('reads each whole line once', async () => {
    expect(await readOn()).toBe(false);
    writeFileSync(file, `${linesOf(1, 2)}3`);
    expect(await readOn()).toBe(true);
    expect(await readOn()).toBe(false);
    appendFileSync(file, '4\n5\n');
    expect(await readOn()).toBe(true);
    expect(taken).toEqual([1, 2, 34, 5]);
  });

  it('begins again when the journal is replaced or cut', async () => {
    writeFileSync(file, linesOf(1, 2, 3));
    await readOn();
    writeFileSync(`${file}~`, linesOf(4, 5, 6));
    renameSync(`${file}~`, file);
    await readOn();
    expect(taken).toEqual([4, 5, 6]);
    writeFileSync(file, linesOf(7));
    await readOn();
    expect(taken).toEqual([7]);
  });

  it('gives a line that was refused again, and leaves none after it out', async () => {
    writeFileSync(file, linesOf(1, 2, 3));
    await expect(readOn([2])).rejects.toThrow('refused 2');
    appendFileSync(file, linesOf(4));
    await expect(readOn([2])).rejects.toThrow('refused 2');
    expect(taken).toEqual([1]);
    await readOn();
    expect(taken).toEqual([1, 2, 3, 4]);
  });
});
