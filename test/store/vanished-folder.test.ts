import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { jobFolderAt } from '../../src/store/folder.js';
import { rescueJob } from '../../src/store/rescue.js';
import { temporaryFolder } from '../support/run-cli.js';
import { HEADER, SESSION, ToyJobs } from './toy-job.js';

let toy: ToyJobs;
beforeEach(() => {
  toy = new ToyJobs();
});

describe('a job whose folder vanishes', () => {
  const gone = (text: string) =>
    expect.objectContaining({ code: 'run-folder-gone', exitCode: 3, message: expect.stringContaining(text) });
  const numbersIn = (path: string) => {
    const job = toy.open({ kind: 'resume', folder: jobFolderAt(path) });
    job.close();
    return job.lines.flatMap(({ entry }) => (entry.type === 'done' ? [entry.number] : []));
  };
  const rescued = () => `${toy.folder.path}-rescued`;
  const started = () => {
    const job = toy.open({ kind: 'fresh' });
    toy.begin(job);
    job.write({ type: 'done', number: 1 });
    return job;
  };

  it.each<[string, () => void]>([
    ['is deleted', () => rmSync(toy.folder.path, { recursive: true })],
    ['loses its journal', () => rmSync(toy.folder.journal)],
    [
      'gets another journal',
      () => writeFileSync(`${toy.folder.journal}~`, '') ?? renameSync(`${toy.folder.journal}~`, toy.folder.journal),
    ],
    ['is emptied', () => rmSync(toy.folder.path, { recursive: true }) ?? mkdirSync(toy.folder.path)],
  ])('is kept in another folder when its own %s', (_, harm) => {
    const job = started();
    harm();
    for (const number of [2, 3]) expect(() => job.write({ type: 'done', number })).toThrow(gone(rescued()));
    job.close();
    expect(toy.failures).toContainEqual(gone(rescued()));
    expect(readFileSync(jobFolderAt(rescued()).config, 'utf8')).toBe('A: 1\n');
    expect(numbersIn(rescued())).toEqual([1, 2, 3]);
    expect(toy.failures[0]).toMatchObject({ nextSteps: [`Resume it with: toy --resume ${rescued()}`] });
  });

  it('goes into the data folder when the folder above has vanished too', () => {
    const home = temporaryFolder();
    vi.stubEnv('RMINAS_HOME', home);
    const job = started();
    rmSync(join(toy.folder.path, '..'), { recursive: true });
    expect(() => job.write({ type: 'done', number: 2 })).toThrow(gone(join(home, 'rescued/job-rescued')));
    job.close();
    vi.unstubAllEnvs();
    expect(numbersIn(join(home, 'rescued/job-rescued'))).toEqual([1, 2]);
  });

  it.skipIf(process.platform !== 'linux')('is found where its folder was moved to', () => {
    const job = started();
    const moved = join(temporaryFolder(), 'moved');
    renameSync(toy.folder.path, moved);
    expect(() => job.write({ type: 'done', number: 2 })).toThrow(gone(`was moved to ${moved}`));
    job.close();
    expect(existsSync(rescued())).toBe(false);
    expect(readdirSync(moved).filter((name) => name.startsWith('lock-'))).toEqual([]);
    expect(numbersIn(moved)).toEqual([1, 2]);
  });

  it('is kept at its end when nothing was written since', () => {
    const job = started();
    rmSync(toy.folder.path, { recursive: true });
    job.close();
    expect(toy.failures).toContainEqual(gone(rescued()));
    expect(numbersIn(rescued())).toEqual([1]);
  });

  it('leaves no part of a journal that could not be kept', () => {
    const home = temporaryFolder();
    vi.stubEnv('RMINAS_HOME', home);
    const beside = temporaryFolder();
    const unwritable = { at: 1, entry: { number: 1n } };
    const { error } = rescueJob({
      ...{ folder: jobFolderAt(join(beside, 'job')), journal: undefined, lines: [unwritable], config: 'A: 1\n' },
      ...{ job: 'toy job', nextStep: () => '' },
    });
    vi.unstubAllEnvs();
    expect(error).toEqual(gone('its journal could not be kept'));
    expect(readdirSync(beside)).toEqual([]);
    expect(readdirSync(join(home, 'rescued'))).toEqual([]);
  });

  it('is kept when it is resumed and has not begun', () => {
    toy.write();
    const job = toy.open({ kind: 'resume', folder: toy.folder });
    rmSync(toy.folder.path, { recursive: true });
    expect(() => job.begin({ config: '', header: HEADER, session: SESSION })).toThrow(gone(rescued()));
    job.close();
    expect(readFileSync(jobFolderAt(rescued()).config, 'utf8')).toBe('A: 1\n');
    expect(numbersIn(rescued())).toEqual([1]);
  });
});
