import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureJobFolder, type JobFolder, jobFolderAt } from '../../src/store/folder.js';
import { type JobPlace, openJob } from '../../src/store/job-store.js';
import { temporaryFolder } from '../support/run-cli.js';
import { type Entry, type Event, FORMAT, HEADER, type Header, SESSION } from './toy-job.js';

let folder: JobFolder;
let heard: Event[];
let failures: Error[];
beforeEach(() => {
  folder = jobFolderAt(join(temporaryFolder(), 'job'));
  heard = [];
  failures = [];
});

function open(place: JobPlace) {
  return openJob<Entry, Header, Event>({
    place,
    format: FORMAT,
    describe: (event) => (event.type === 'notice' ? event.text : `done ${event.number}`),
    listener: { emit: (event) => heard.push(event), opened: () => {}, fail: (error) => failures.push(error) },
  });
}

const begin = (job: ReturnType<typeof open>) =>
  job.begin({ folder: () => ensureJobFolder(folder.path), config: 'A: 1\n', header: HEADER, session: SESSION });
const typesIn = () =>
  readFileSync(folder.journal, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).entry.type);
const locks = () => readdirSync(folder.path).filter((name) => name.startsWith('lock-'));

/** A job that has begun and ended after one entry. */
function writeJob(): void {
  const job = open({ kind: 'fresh' });
  begin(job);
  job.write({ type: 'done', number: 1 });
  job.close();
}

describe('a job', () => {
  it('writes nothing before it begins, and then all of its files', () => {
    const job = open({ kind: 'fresh' });
    job.emit({ type: 'done', number: 0 });
    expect(existsSync(folder.path)).toBe(false);
    begin(job);
    job.write({ type: 'done', number: 1 });
    job.emit({ type: 'done', number: 1 });
    expect(readFileSync(folder.config, 'utf8')).toBe('A: 1\n');
    expect(typesIn()).toEqual(['toy', 'session', 'done']);
    expect(readFileSync(folder.log, 'utf8')).toMatch(/^\S+ done 0\n\S+ done 1\n$/);
    expect(heard).toEqual([
      { type: 'done', number: 0 },
      { type: 'done', number: 1 },
    ]);
    expect(locks()).toHaveLength(1);
    job.close();
    job.close();
    expect(locks()).toEqual([]);
  });

  it('is resumed with its whole journal', () => {
    writeJob();
    const job = open({ kind: 'resume', folder });
    expect(job.earlier?.header).toEqual(HEADER);
    expect(() => open({ kind: 'resume', folder })).toThrow(expect.objectContaining({ code: 'run-in-use' }));
    job.begin({ config: 'B: 1\n', header: HEADER, session: SESSION });
    job.close();
    expect(typesIn()).toEqual(['toy', 'session', 'done', 'session']);
    expect(job.sessions).toBe(2);
    expect(readFileSync(folder.config, 'utf8')).toBe('A: 1\n');
  });

  it('counts the seconds of its sessions, without the time between them', () => {
    const line = (at: number, entry: Entry) => `${JSON.stringify({ at, entry })}\n`;
    ensureJobFolder(folder.path);
    const lines = [line(0, HEADER), line(1000, SESSION), line(3000, { type: 'done', number: 1 }), line(9000, SESSION)];
    writeFileSync(folder.journal, [...lines, line(9500, { type: 'done', number: 2 })].join(''));
    const job = open({ kind: 'resume', folder });
    job.close();
    expect(job.seconds).toBe(2.5);
  });

  it('does not begin in the folder of another job, and releases the lock', () => {
    writeJob();
    const job = open({ kind: 'fresh' });
    expect(() => begin(job)).toThrow(expect.objectContaining({ code: 'folder-taken', exitCode: 2 }));
    job.close();
    expect(locks()).toEqual([]);
  });

  it('continues without a log that cannot be written, and reports it once', () => {
    mkdirSync(folder.log, { recursive: true });
    const job = open({ kind: 'fresh' });
    begin(job);
    job.emit({ type: 'done', number: 1 });
    job.emit({ type: 'done', number: 2 });
    job.close();
    expect(heard.filter(({ type }) => type === 'notice')).toEqual([
      { type: 'notice', text: expect.stringContaining('log.txt could not be written: EISDIR') },
    ]);
  });

  it.skipIf(process.platform === 'win32').each<[string, () => void, RegExp]>([
    ['a FIFO without a reader', () => execFileSync('mkfifo', [folder.log]), /ENXIO/],
    ['on a full disk', () => symlinkSync('/dev/full', folder.log), /ENOSPC/],
  ])('continues with a log that is %s', (_, make, problem) => {
    ensureJobFolder(folder.path);
    make();
    const job = open({ kind: 'fresh' });
    job.emit({ type: 'done', number: 0 });
    begin(job);
    job.write({ type: 'done', number: 1 });
    job.close();
    expect(heard.filter(({ type }) => type === 'notice')).toEqual([
      { type: 'notice', text: expect.stringMatching(problem) },
    ]);
  });

  it('makes a new log when the old one is deleted', () => {
    const job = open({ kind: 'fresh' });
    begin(job);
    job.emit({ type: 'done', number: 1 });
    rmSync(folder.log);
    job.emit({ type: 'done', number: 2 });
    job.close();
    expect(readFileSync(folder.log, 'utf8')).toMatch(/^\S+ done 2\n$/);
  });

  it('writes no more once another process has taken its lock', () => {
    const job = open({ kind: 'fresh' });
    begin(job);
    for (const name of locks()) rmSync(join(folder.path, name));
    expect(() => job.write({ type: 'done', number: 1 })).toThrow(
      expect.objectContaining({ code: 'run-taken-over', exitCode: 2 }),
    );
    expect(failures).toHaveLength(1);
    expect(typesIn()).toEqual(['toy', 'session']);
    job.close();
  });

  it('of another kind is refused, without the advice to cut its journal', () => {
    writeJob();
    const lines = readFileSync(folder.journal, 'utf8').split('\n');
    const foreign = JSON.stringify({ at: 1, entry: { type: 'other', rminas: '1' } });
    writeFileSync(folder.journal, [foreign, ...lines.slice(1)].join('\n'));
    expect(() => open({ kind: 'resume', folder })).toThrow(
      expect.objectContaining({
        code: 'corrupt-journal',
        nextSteps: [expect.stringMatching(/^If the folder is that of another kind of job/)],
      }),
    );
    expect(locks()).toEqual([]);
  });

  it('takes over from another host with a journal that the other process can no longer write into', () => {
    writeJob();
    const before = readFileSync(folder.journal);
    const lock = join(folder.path, 'lock-7-1-elsewhere');
    writeFileSync(lock, '{"host":"elsewhere","pid":7,"namespace":"pid:[1]","since":"2026-01-01T00:00:00.000Z"}\n');
    const longAgo = Date.now() / 1000 - 61;
    utimesSync(lock, longAgo, longAgo);
    // The process of the other host still has the journal open.
    const descriptor = openSync(folder.journal, 'a');
    const job = open({ kind: 'resume', folder });
    job.begin({ config: '', header: HEADER, session: SESSION });
    writeSync(descriptor, 'too late\n');
    closeSync(descriptor);
    job.close();
    const after = readFileSync(folder.journal, 'utf8');
    expect(after.startsWith(before.toString())).toBe(true);
    expect(after).not.toContain('too late');
    expect(heard).toContainEqual({ type: 'notice', text: expect.stringContaining('process 7 of elsewhere') });
  });
});

describe('a torn journal', () => {
  const torn = '{"at":1,"entry":{"type":"to';

  it('in a later line is resumed without that line', () => {
    writeJob();
    appendFileSync(folder.journal, torn);
    const job = open({ kind: 'resume', folder });
    job.begin({ config: '', header: HEADER, session: SESSION });
    job.close();
    expect(typesIn()).toEqual(['toy', 'session', 'done', 'session']);
  });

  it.each(['fresh', 'shared'] as const)('in its first line makes room for a new one: %s', (kind) => {
    ensureJobFolder(folder.path);
    writeFileSync(folder.journal, torn);
    for (const sessions of [1, 2]) {
      const job = open(kind === 'fresh' && sessions === 1 ? { kind } : { kind: 'shared', folder });
      begin(job);
      job.close();
      expect(job.sessions).toBe(sessions);
    }
    expect(typesIn()).toEqual(['toy', 'session', 'session']);
  });

  it('in its first line cannot be resumed, and the error gives the reason', () => {
    ensureJobFolder(folder.path);
    writeFileSync(folder.journal, torn);
    expect(() => open({ kind: 'resume', folder })).toThrow(
      /does not begin with the header of a toy job: it ended before/,
    );
    expect(locks()).toEqual([]);
  });

  it('needs a file', () => {
    ensureJobFolder(folder.path);
    expect(() => open({ kind: 'resume', folder })).toThrow(expect.objectContaining({ code: 'missing-journal' }));
  });
});

describe('a job whose folder vanishes', () => {
  const gone = (text: string) =>
    expect.objectContaining({ code: 'run-folder-gone', exitCode: 3, message: expect.stringContaining(text) });
  const numbersIn = (path: string) => {
    const job = open({ kind: 'resume', folder: jobFolderAt(path) });
    job.close();
    return job.lines.flatMap(({ entry }) => (entry.type === 'done' ? [entry.number] : []));
  };
  const rescued = () => `${folder.path}-rescued`;
  const started = () => {
    const job = open({ kind: 'fresh' });
    begin(job);
    job.write({ type: 'done', number: 1 });
    return job;
  };

  it.each<[string, () => void]>([
    ['is deleted', () => rmSync(folder.path, { recursive: true })],
    ['loses its journal', () => rmSync(folder.journal)],
    [
      'gets another journal',
      () => writeFileSync(`${folder.journal}~`, '') ?? renameSync(`${folder.journal}~`, folder.journal),
    ],
    ['is emptied', () => rmSync(folder.path, { recursive: true }) ?? mkdirSync(folder.path)],
  ])('is kept in another folder when its own %s', (_, harm) => {
    const job = started();
    harm();
    for (const number of [2, 3]) expect(() => job.write({ type: 'done', number })).toThrow(gone(rescued()));
    job.close();
    expect(failures).toContainEqual(gone(rescued()));
    expect(readFileSync(jobFolderAt(rescued()).config, 'utf8')).toBe('A: 1\n');
    expect(numbersIn(rescued())).toEqual([1, 2, 3]);
    expect(failures[0]).toMatchObject({ nextSteps: [`Resume it with: toy --resume ${rescued()}`] });
  });

  it('goes into the data folder when the folder above has vanished too', () => {
    const home = temporaryFolder();
    vi.stubEnv('RMINAS_HOME', home);
    const job = started();
    rmSync(join(folder.path, '..'), { recursive: true });
    expect(() => job.write({ type: 'done', number: 2 })).toThrow(gone(join(home, 'rescued/job-rescued')));
    job.close();
    vi.unstubAllEnvs();
    expect(numbersIn(join(home, 'rescued/job-rescued'))).toEqual([1, 2]);
  });

  it.skipIf(process.platform !== 'linux')('is found where its folder was moved to', () => {
    const job = started();
    const moved = join(temporaryFolder(), 'moved');
    renameSync(folder.path, moved);
    expect(() => job.write({ type: 'done', number: 2 })).toThrow(gone(`was moved to ${moved}`));
    job.close();
    expect(existsSync(rescued())).toBe(false);
    expect(readdirSync(moved).filter((name) => name.startsWith('lock-'))).toEqual([]);
    expect(numbersIn(moved)).toEqual([1, 2]);
  });

  it('is kept at its end when nothing was written since', () => {
    const job = started();
    rmSync(folder.path, { recursive: true });
    job.close();
    expect(failures).toContainEqual(gone(rescued()));
    expect(numbersIn(rescued())).toEqual([1]);
  });

  it('is kept when it is resumed and has not begun', () => {
    writeJob();
    const job = open({ kind: 'resume', folder });
    rmSync(folder.path, { recursive: true });
    expect(() => job.begin({ config: '', header: HEADER, session: SESSION })).toThrow(gone(rescued()));
    job.close();
    expect(readFileSync(jobFolderAt(rescued()).config, 'utf8')).toBe('A: 1\n');
    expect(numbersIn(rescued())).toEqual([1]);
  });
});
