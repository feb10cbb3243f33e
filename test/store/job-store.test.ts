import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ensureJobFolder } from '../../src/store/folder.js';
import { type Entry, HEADER, SESSION, ToyJobs } from './toy-job.js';

let toy: ToyJobs;
beforeEach(() => {
  toy = new ToyJobs();
});

describe('a job', () => {
  it('writes nothing before it begins, and then all of its files', () => {
    const job = toy.open({ kind: 'fresh' });
    job.emit({ type: 'done', number: 0 });
    expect(existsSync(toy.folder.path)).toBe(false);
    toy.begin(job);
    job.write({ type: 'done', number: 1 });
    job.emit({ type: 'done', number: 1 });
    expect(readFileSync(toy.folder.config, 'utf8')).toBe('A: 1\n');
    expect(toy.typesIn()).toEqual(['toy', 'session', 'done']);
    expect(readFileSync(toy.folder.log, 'utf8')).toMatch(/^\S+ done 0\n\S+ done 1\n$/);
    expect(toy.heard).toEqual([
      { type: 'done', number: 0 },
      { type: 'done', number: 1 },
    ]);
    expect(toy.locks()).toHaveLength(1);
    job.close();
    job.close();
    expect(toy.locks()).toEqual([]);
  });

  it('is resumed with its whole journal', () => {
    toy.write();
    const job = toy.open({ kind: 'resume', folder: toy.folder });
    expect(job.earlier?.header).toEqual(HEADER);
    expect(() => toy.open({ kind: 'resume', folder: toy.folder })).toThrow(
      expect.objectContaining({ code: 'run-in-use' }),
    );
    job.begin({ config: 'B: 1\n', header: HEADER, session: SESSION });
    job.close();
    expect(toy.typesIn()).toEqual(['toy', 'session', 'done', 'session']);
    expect(job.sessions).toBe(2);
    expect(readFileSync(toy.folder.config, 'utf8')).toBe('A: 1\n');
  });

  it('counts the seconds of its sessions, without the time between them', () => {
    const line = (at: number, entry: Entry) => `${JSON.stringify({ at, entry })}\n`;
    ensureJobFolder(toy.folder.path);
    const lines = [line(0, HEADER), line(1000, SESSION), line(3000, { type: 'done', number: 1 }), line(9000, SESSION)];
    writeFileSync(toy.folder.journal, [...lines, line(9500, { type: 'done', number: 2 })].join(''));
    const job = toy.open({ kind: 'resume', folder: toy.folder });
    job.close();
    expect(job.seconds).toBe(2.5);
  });

  it('does not begin in the folder of another job, and releases the lock', () => {
    toy.write();
    const job = toy.open({ kind: 'fresh' });
    expect(() => toy.begin(job)).toThrow(expect.objectContaining({ code: 'folder-taken', exitCode: 2 }));
    job.close();
    expect(toy.locks()).toEqual([]);
  });

  it('continues without a log that cannot be written, and reports it once', () => {
    mkdirSync(toy.folder.log, { recursive: true });
    const job = toy.open({ kind: 'fresh' });
    toy.begin(job);
    job.emit({ type: 'done', number: 1 });
    job.emit({ type: 'done', number: 2 });
    job.close();
    expect(toy.heard.filter(({ type }) => type === 'notice')).toEqual([
      { type: 'notice', text: expect.stringContaining('log.txt could not be written: EISDIR') },
    ]);
  });

  it.skipIf(process.platform === 'win32').each<[string, () => void, RegExp]>([
    ['a FIFO without a reader', () => execFileSync('mkfifo', [toy.folder.log]), /ENXIO/],
    ['on a full disk', () => symlinkSync('/dev/full', toy.folder.log), /ENOSPC/],
  ])('continues with a log that is %s', (_, make, problem) => {
    ensureJobFolder(toy.folder.path);
    make();
    const job = toy.open({ kind: 'fresh' });
    job.emit({ type: 'done', number: 0 });
    toy.begin(job);
    job.write({ type: 'done', number: 1 });
    job.close();
    expect(toy.heard.filter(({ type }) => type === 'notice')).toEqual([
      { type: 'notice', text: expect.stringMatching(problem) },
    ]);
  });

  it('makes a new log when the old one is deleted', () => {
    const job = toy.open({ kind: 'fresh' });
    toy.begin(job);
    job.emit({ type: 'done', number: 1 });
    rmSync(toy.folder.log);
    job.emit({ type: 'done', number: 2 });
    job.close();
    expect(readFileSync(toy.folder.log, 'utf8')).toMatch(/^\S+ done 2\n$/);
  });

  it('writes no more once another process has taken its lock', () => {
    const job = toy.open({ kind: 'fresh' });
    toy.begin(job);
    for (const name of toy.locks()) rmSync(join(toy.folder.path, name));
    expect(() => job.write({ type: 'done', number: 1 })).toThrow(
      expect.objectContaining({ code: 'run-taken-over', exitCode: 2 }),
    );
    expect(toy.failures).toHaveLength(1);
    expect(toy.typesIn()).toEqual(['toy', 'session']);
    job.close();
  });

  it('of another kind is refused, without the advice to cut its journal', () => {
    toy.write();
    const lines = readFileSync(toy.folder.journal, 'utf8').split('\n');
    const foreign = JSON.stringify({ at: 1, entry: { type: 'other', rminas: '1' } });
    writeFileSync(toy.folder.journal, [foreign, ...lines.slice(1)].join('\n'));
    expect(() => toy.open({ kind: 'resume', folder: toy.folder })).toThrow(
      expect.objectContaining({
        code: 'corrupt-journal',
        nextSteps: ['Start a new run: nothing in this folder can be resumed.'],
      }),
    );
    expect(toy.locks()).toEqual([]);
  });

  it('takes over from another host with a journal that the other process can no longer write into', () => {
    toy.write();
    const before = readFileSync(toy.folder.journal);
    const lock = join(toy.folder.path, 'lock-7-1-elsewhere');
    writeFileSync(lock, '{"host":"elsewhere","pid":7,"namespace":"pid:[1]","since":"2026-01-01T00:00:00.000Z"}\n');
    const longAgo = Date.now() / 1000 - 61;
    utimesSync(lock, longAgo, longAgo);
    // The process of the other host still has the journal open.
    const descriptor = openSync(toy.folder.journal, 'a');
    const job = toy.open({ kind: 'resume', folder: toy.folder });
    job.begin({ config: '', header: HEADER, session: SESSION });
    writeSync(descriptor, 'too late\n');
    closeSync(descriptor);
    job.close();
    const after = readFileSync(toy.folder.journal, 'utf8');
    expect(after.startsWith(before.toString())).toBe(true);
    expect(after).not.toContain('too late');
    expect(toy.heard).toContainEqual({ type: 'notice', text: expect.stringContaining('process 7 of elsewhere') });
  });
});

describe('a torn journal', () => {
  const torn = '{"at":1,"entry":{"type":"to';

  it('in a later line is resumed without that line', () => {
    toy.write();
    appendFileSync(toy.folder.journal, torn);
    const job = toy.open({ kind: 'resume', folder: toy.folder });
    job.begin({ config: '', header: HEADER, session: SESSION });
    job.close();
    expect(toy.typesIn()).toEqual(['toy', 'session', 'done', 'session']);
  });

  it.each(['fresh', 'shared'] as const)('in its first line makes room for a new one: %s', (kind) => {
    ensureJobFolder(toy.folder.path);
    writeFileSync(toy.folder.journal, torn);
    for (const sessions of [1, 2]) {
      const job = toy.open(kind === 'fresh' && sessions === 1 ? { kind } : { kind: 'shared', folder: toy.folder });
      toy.begin(job);
      job.close();
      expect(job.sessions).toBe(sessions);
    }
    expect(toy.typesIn()).toEqual(['toy', 'session', 'session']);
  });

  it('in its first line cannot be resumed, and the error gives the reason', () => {
    ensureJobFolder(toy.folder.path);
    writeFileSync(toy.folder.journal, torn);
    expect(() => toy.open({ kind: 'resume', folder: toy.folder })).toThrow(
      /does not begin with the header of a toy job: it ended before/,
    );
    expect(toy.locks()).toEqual([]);
  });

  it('needs a file', () => {
    ensureJobFolder(toy.folder.path);
    expect(() => toy.open({ kind: 'resume', folder: toy.folder })).toThrow(
      expect.objectContaining({ code: 'missing-journal' }),
    );
  });
});
