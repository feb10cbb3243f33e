import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type JobFolder, jobFolderAt } from '../../src/store/folder.js';
import { lockFolder } from '../../src/store/lock.js';
import { scaled } from '../support/limits.js';
import { ROOT } from '../support/run-cli.js';

const HOST = encodeURIComponent(hostname());

function emptyFolder(): JobFolder {
  const path = join(mkdtempSync(join(tmpdir(), 'rminas-lock-')), 'run');
  mkdirSync(path);
  return jobFolderAt(path);
}

const locksIn = (folder: JobFolder) => readdirSync(folder.path);
const inUse = (pid: number) =>
  expect.objectContaining({ code: 'run-in-use', exitCode: 2, message: expect.stringContaining(` ${pid}`) });

/** The number of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--eval', '0']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('the lock of a run folder', () => {
  it('is held by one holder, also within a process, until it is released', () => {
    const folder = emptyFolder();
    const lock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(inUse(process.pid));
    expect(locksIn(folder)).toHaveLength(1);
    lock.release();
    lock.release();
    expect(locksIn(folder)).toEqual([]);
    lockFolder(folder).release();
  });

  it('is taken over from a dead process, also when another process has its number', async () => {
    const folder = emptyFolder();
    const stale = [`lock-${await deadPid()}-1-${HOST}`, `lock-${process.ppid}-1-${HOST}`];
    for (const name of stale) writeFileSync(join(folder.path, name), '');
    const lock = lockFolder(folder);
    expect(locksIn(folder)).toHaveLength(1);
    expect(stale).not.toContain(locksIn(folder)[0]);
    lock.release();
  });

  it.skipIf(process.platform !== 'linux')('is not taken from another living process, and its file stays', async () => {
    const folder = emptyFolder();
    const other = spawn(process.execPath, ['--eval', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    try {
      const stat = readFileSync(`/proc/${other.pid}/stat`, 'utf8');
      const name = `lock-${other.pid}-${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}-${HOST}`;
      writeFileSync(join(folder.path, name), '');
      expect(() => lockFolder(folder)).toThrow(inUse(other.pid ?? 0));
      expect(locksIn(folder)).toEqual([name]);
    } finally {
      other.kill('SIGKILL');
      await once(other, 'exit');
    }
    lockFolder(folder).release();
  });

  it('of release 0.2.1 on another machine is left alone, and the file to remove is named', () => {
    const folder = emptyFolder();
    const file = join(folder.path, 'lock-7-1-elsewhere');
    writeFileSync(file, '');
    expire(file);
    expect(() => lockFolder(folder)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('7 of elsewhere'),
        nextSteps: expect.arrayContaining([expect.stringContaining(file)]),
      }),
    );
    expect(locksIn(folder)).toEqual(['lock-7-1-elsewhere']);
  });

  it('needs a folder', () => {
    const folder = emptyFolder();
    renameSync(folder.path, `${folder.path}-moved`);
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: 'missing-journal', exitCode: 3 }));
    expect(existsSync(folder.path)).toBe(false);
  });
});

/** As if the file had not been renewed for more than a minute. */
function expire(file: string): void {
  const longAgo = Date.now() / 1000 - 61;
  utimesSync(file, longAgo, longAgo);
}

describe('the lease of a process on another host', () => {
  const SINCE = '2026-01-02T03:04:05.000Z';
  let folder: JobFolder;
  let file: string;
  beforeEach(() => {
    folder = emptyFolder();
    file = join(folder.path, 'lock-7-1-elsewhere');
    writeFileSync(file, `${JSON.stringify({ host: 'elsewhere', pid: 7, namespace: 'pid:[1]', since: SINCE })}\n`);
  });

  it('is respected while it is renewed, and the message names host, process and time', () => {
    expect(() => lockFolder(folder)).toThrow(
      expect.objectContaining({
        code: 'run-in-use',
        exitCode: 2,
        message: expect.stringMatching(`process 7 of elsewhere has been at work in .* since ${SINCE}`),
      }),
    );
    expect(locksIn(folder)).toEqual(['lock-7-1-elsewhere']);
  });

  it('is taken over with a notice after a minute without a renewal', () => {
    expire(file);
    const lock = lockFolder(folder);
    expect(lock.notices).toEqual([expect.stringMatching(/Taken over from process 7 of elsewhere, .*for a minute/)]);
    expect(lock.fromOtherHost).toBe(true);
    expect(locksIn(folder)).toHaveLength(1);
    lock.release();
  });
});

describe('a lease', () => {
  const own = (folder: JobFolder) => join(folder.path, locksIn(folder)[0] ?? '');

  it('names its holder and time, and its file name tells release 0.2.1', () => {
    const folder = emptyFolder();
    const lock = lockFolder(folder);
    expect(locksIn(folder)[0]).toMatch(new RegExp(`^lock-${process.pid}-\\d+-`));
    expect(JSON.parse(readFileSync(own(folder), 'utf8'))).toMatchObject({ host: HOST, pid: process.pid });
    lock.release();
  });

  it('is renewed', async () => {
    const folder = emptyFolder();
    const lock = lockFolder(folder, { renewEvery: 1 });
    expire(own(folder));
    const { mtimeMs } = statSync(own(folder));
    await vi.waitFor(() => expect(statSync(own(folder)).mtimeMs).toBeGreaterThan(mtimeMs), { timeout: scaled(20_000) });
    lock.release();
  });

  it('signals its loss, and leaves the folder to the other process', async () => {
    const folder = emptyFolder();
    const lock = lockFolder(folder, { renewEvery: 1 });
    const lost = once(lock.lost, 'abort');
    rmSync(own(folder));
    await lost;
    expect(lock.check).toThrow(expect.objectContaining({ code: 'run-taken-over', exitCode: 2 }));
    lock.release();
    expect(locksIn(folder)).toEqual([]);
  });

  it('does not keep its process alive, and is released at its exit', async () => {
    const folder = emptyFolder();
    const script = `
      import { jobFolderAt } from ${JSON.stringify(join(ROOT, 'dist/store/folder.js'))};
      import { lockFolder } from ${JSON.stringify(join(ROOT, 'dist/store/lock.js'))};
      lockFolder(jobFolderAt(${JSON.stringify(folder.path)}));`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' });
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(locksIn(folder)).toEqual([]);
    const lock = lockFolder(folder);
    expect(lock.notices).toEqual([]);
    expect(lock.fromOtherHost).toBe(false);
    lock.release();
  });
});
