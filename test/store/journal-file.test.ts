import { appendFileSync, existsSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { MissingError, UsageError } from '../../src/errors.js';
import { SEARCH_JOURNAL, type SearchEntry } from '../../src/jobs/search/journal.js';
import { JournalWriter, readJournal as readEntries, removeUnbegun } from '../../src/store/journal-file.js';

const readJournal = (path: string) => readEntries(path, SEARCH_JOURNAL.entries);
const proposal = (turn: number): SearchEntry => ({ type: 'proposed', turn, phase: 'guided', genotypes: [`g${turn}`] });

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'rminas-journal-')), 'journal.jsonl');
});

function writeEntries(count: number): void {
  const writer = new JournalWriter(file, 0);
  for (let turn = 0; turn < count; turn += 1) writer.append(proposal(turn));
  writer.close();
}

describe('the journal', () => {
  it('reads what was appended, in order', () => {
    writeEntries(3);
    expect(readJournal(file).lines.map(({ entry }) => entry)).toEqual([proposal(0), proposal(1), proposal(2)]);
  });

  it('has each entry on disk when append returns', () => {
    const writer = new JournalWriter(file, 0);
    writer.append(proposal(0));
    expect(readFileSync(file, 'utf8').endsWith('}\n')).toBe(true);
    writer.close();
  });

  it('ignores a last line torn at any byte, and continues after the whole lines', () => {
    writeEntries(2);
    const whole = readJournal(file).wholeBytes;
    writeEntries(3);
    const full = readFileSync(file);
    for (let bytes = whole; bytes < full.length; bytes += 7) {
      writeFileSync(file, full.subarray(0, bytes));
      const { lines, wholeBytes } = readJournal(file);
      const writer = new JournalWriter(file, wholeBytes);
      writer.append(proposal(9));
      writer.close();
      const kept = lines.map(({ entry }) => entry);
      expect(readJournal(file).lines.map(({ entry }) => entry)).toEqual([...kept, proposal(9)]);
    }
  });

  it('keeps nothing of a journal torn in its first line', () => {
    writeEntries(1);
    truncateSync(file, 10);
    expect(readJournal(file)).toEqual({ lines: [], wholeBytes: 0 });
  });

  it('names a line that is not an entry', () => {
    writeEntries(1);
    appendFileSync(file, '{"at":1,"entry":{"type":"proposed","turn":-1}}\n');
    expect(() => readJournal(file)).toThrow(UsageError);
    expect(() => readJournal(file)).toThrow(/Line 2 of/);
  });

  it('says that there is no run when there is no journal', () => {
    expect(() => readJournal(file)).toThrow(MissingError);
  });

  it('still reads a journal of version 1', () => {
    const old = fileURLToPath(new URL('../fixtures/journals/version-1.jsonl', import.meta.url));
    const types = readJournal(old).lines.map(({ entry }) => entry.type);
    expect(new Set(types)).toEqual(new Set(['run', 'session', 'proposed', 'evaluated', 'finished', 'verified']));
  });

  it.each([{ stopped: 2 }, { stopped: null }])('keeps a training with %j, cached or not', (stop) => {
    const evaluation = { loss: 0.9, curve: [2, 0.9], cka: [], crossEntropy: 1, steps: 2, seconds: 1, ...stop };
    const entries = [{ evaluation }, { evaluation, cached: true as const }].map(
      (outcome): SearchEntry => ({ type: 'evaluated', genotype: 'g', seed: 1, outcome }),
    );
    const writer = new JournalWriter<SearchEntry>(file, 0);
    for (const entry of entries) writer.append(entry);
    writer.close();
    expect(readJournal(file).lines.map(({ entry }) => entry)).toEqual(entries);
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full, and ends in exit code 3', () => {
    const writer = new JournalWriter('/dev/full', 0);
    expect(() => writer.append(proposal(0))).toThrow(
      expect.objectContaining({ code: 'disk-full', exitCode: 3, message: expect.stringContaining('/dev/full') }),
    );
    writer.close();
  });
});

describe('a folder for a new journal', () => {
  it('is free without a journal, and with one torn in its first line', () => {
    removeUnbegun(file);
    writeFileSync(file, '{"at":1,"entry":{"ty');
    removeUnbegun(file);
    expect(existsSync(file)).toBe(false);
  });

  it('is not free when a run has begun', () => {
    writeEntries(1);
    expect(() => removeUnbegun(file)).toThrow(expect.objectContaining({ code: 'folder-taken', exitCode: 2 }));
    expect(readJournal(file).lines).toHaveLength(1);
  });
});
