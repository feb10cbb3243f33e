import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { MissingError, UsageError } from '../../src/errors.js';
import { SEARCH_JOURNAL, type SearchEntry } from '../../src/jobs/search/journal.js';
import {
  firstLine,
  hasBegun,
  JournalWriter,
  readJournal as readEntries,
  removeUnbegun,
} from '../../src/store/journal-file.js';

const readJournal = (path: string) => readEntries(path, SEARCH_JOURNAL.entries);
const proposal = (turn: number): SearchEntry => ({ type: 'proposed', turn, phase: 'guided', genotypes: [`g${turn}`] });

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'rminas-journal-')), 'journal.jsonl');
});

function writeEntries(count: number): void {
  const writer = new JournalWriter(file);
  for (let turn = 0; turn < count; turn += 1) writer.append(proposal(turn));
  writer.close();
}

describe('the journal', () => {
  it('reads what was appended, in order', () => {
    writeEntries(3);
    expect(readJournal(file).lines.map(({ entry }) => entry)).toEqual([proposal(0), proposal(1), proposal(2)]);
  });

  it('has each entry on disk when append returns', () => {
    const writer = new JournalWriter(file);
    writer.append(proposal(0));
    expect(readFileSync(file, 'utf8').endsWith('}\n')).toBe(true);
    writer.close();
  });

  it('keeps entries that need not be durable, in order', () => {
    const writer = new JournalWriter(file);
    writer.append(proposal(0), { durable: false });
    writer.append(proposal(1));
    writer.append(proposal(2), { durable: false });
    writer.close();
    expect(readJournal(file).lines.map(({ entry }) => entry)).toEqual([proposal(0), proposal(1), proposal(2)]);
  });

  it('ignores a last line torn at any byte, and continues after the whole lines', () => {
    writeEntries(2);
    const whole = readJournal(file).wholeBytes;
    writeEntries(3);
    const full = readFileSync(file);
    for (let bytes = whole; bytes < full.length; bytes += 7) {
      writeFileSync(file, full.subarray(0, bytes));
      const { lines, ...end } = readJournal(file);
      const writer = new JournalWriter(file, end);
      writer.append(proposal(9));
      writer.close();
      const kept = lines.map(({ entry }) => entry);
      expect(readJournal(file).lines.map(({ entry }) => entry)).toEqual([...kept, proposal(9)]);
    }
  });

  it('keeps nothing of a journal torn in its first line', () => {
    writeEntries(1);
    truncateSync(file, 10);
    expect(readJournal(file)).toMatchObject({ lines: [], wholeBytes: 0 });
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
    const writer = new JournalWriter<SearchEntry>(file);
    for (const entry of entries) writer.append(entry);
    writer.close();
    expect(readJournal(file).lines.map(({ entry }) => entry)).toEqual(entries);
  });

  it('continues after an entry that cannot be written', () => {
    const writer = new JournalWriter<unknown>(file);
    writer.append(proposal(0));
    // An entry that cannot be written leaves no trace in the checksums.
    expect(() => writer.append({ toJSON: () => 1n })).toThrow(TypeError);
    writer.append(proposal(1));
    writer.close();
    expect(readJournal(file).lines.map(({ entry }) => entry)).toEqual([proposal(0), proposal(1)]);
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full, and ends in exit code 3', () => {
    const writer = new JournalWriter('/dev/full');
    expect(() => writer.append(proposal(0))).toThrow(
      expect.objectContaining({ code: 'disk-full', exitCode: 3, message: expect.stringContaining('/dev/full') }),
    );
    writer.close();
  });
});

describe('the first line of a journal', () => {
  it('is read from a journal of any length, and is undefined without a whole one', () => {
    expect(firstLine(file)).toBeUndefined();
    writeFileSync(file, '{"at":1');
    expect(firstLine(file)).toBeUndefined();
    writeFileSync(file, `first\n${'x'.repeat(3_000_000)}\n`);
    expect(firstLine(file)).toBe('first');
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

describe('a journal that cannot be written', () => {
  it.runIf(existsSync('/dev/full'))('names the full disk, and otherwise asks for the permission', () => {
    expect(() => new JournalWriter('/dev/full').append(proposal(0))).toThrow(
      expect.objectContaining({ code: 'disk-full', nextSteps: [expect.stringContaining('Free some space')] }),
    );
    mkdirSync(file);
    expect(() => new JournalWriter(file)).toThrow(
      expect.objectContaining({ code: 'unwritable', nextSteps: [expect.stringContaining('you may write it')] }),
    );
  });
});

describe('the checksums of a journal', () => {
  const linesIn = () => readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const rewrite = (lines: readonly string[]) => writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const withoutSum = (line: string) => line.replace(/,"sum":"[0-9a-f]{16}"\}$/, '}');

  beforeEach(() => writeEntries(4));

  it.each<[string, (lines: string[]) => string[], number]>([
    ['an edited line', (lines) => lines.map((line) => line.replace('"g1"', '"g7"')), 2],
    ['an edited time', (lines) => lines.map((line, at) => (at === 2 ? line.replace(/"at":\d/, '"at":9') : line)), 3],
    ['an edited last line', (lines) => lines.map((line) => line.replace('"g3"', '"g7"')), 4],
    ['a removed line', (lines) => lines.filter((_, at) => at !== 1), 2],
    ["two lines in each other's place", ([a = '', b = '', c = '', d = '']) => [a, c, b, d], 2],
    ['a repeated line', ([a = '', b = '', ...rest]) => [a, b, b, ...rest], 3],
    ['a line without its checksum', (lines) => lines.map((line, at) => (at === 1 ? withoutSum(line) : line)), 2],
    ['the lines of another journal', (lines) => [...lines, lines[1] ?? ''], 5],
  ])('notice %s, and the error names the line', (_, change, number) => {
    rewrite(change(linesIn()));
    expect(() => readJournal(file)).toThrow(
      expect.objectContaining({
        code: 'corrupt-journal',
        exitCode: 2,
        message: expect.stringContaining(`Line ${number} of ${file} does not fit its checksum`),
      }),
    );
  });

  it.runIf(process.platform === 'linux')('fit again after the advice for a converted journal', () => {
    const { lines } = readJournal(file);
    const text = readFileSync(file, 'utf8');
    for (const converted of [text.replaceAll('\n', '\r\n'), `\uFEFF${text}`]) {
      writeFileSync(file, converted);
      let step = '';
      try {
        readJournal(file);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect(error).toMatchObject({
          message: `Line 1 of ${file} has a byte order mark or a line ending of Windows.`,
        });
        step = (error as UsageError).nextSteps[0] ?? '';
      }
      execFileSync('sh', ['-c', step.slice(step.indexOf('perl'))]);
      expect(readJournal(file).lines).toEqual(lines);
    }
  });

  it('are missing in a journal of release 0.2.1, and cover its lines once it is continued', () => {
    rewrite(linesIn().map(withoutSum));
    const { lines, ...end } = readJournal(file);
    expect(lines).toHaveLength(4);
    const writer = new JournalWriter(file, end);
    writer.append(proposal(4));
    writer.close();
    expect(readJournal(file).lines).toHaveLength(5);
    rewrite(linesIn().map((line) => line.replace('"g1"', '"g7"')));
    expect(() => readJournal(file)).toThrow(/Line 5 of/);
  });

  it('let a journal be cut after any line', () => {
    const lines = linesIn();
    rewrite(lines.slice(0, 2));
    expect(readJournal(file).lines).toHaveLength(2);
  });
});

describe.skipIf(process.platform === 'win32')('a journal that is not a regular file', () => {
  it.each<[string, () => void]>([
    ['a FIFO', () => execFileSync('mkfifo', [file])],
    ['a device', () => symlinkSync('/dev/zero', file)],
    ['a folder', () => mkdirSync(file)],
  ])('is refused immediately: %s', (kind, make) => {
    make();
    for (const read of [() => readJournal(file), () => hasBegun(file), () => removeUnbegun(file)]) {
      expect(read).toThrow(
        expect.objectContaining({ code: 'corrupt-journal', message: expect.stringContaining(`${file} is ${kind}`) }),
      );
    }
  });
});
