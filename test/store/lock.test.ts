import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRunFolder, type RunFolder } from '../../src/store/folder.js';
import { lockRunFolder, makeUnderLock } from '../../src/store/lock.js';

const HOST = encodeURIComponent(hostname());

function emptyFolder(): RunFolder {
  const path = join(mkdtempSync(join(tmpdir(), 'rminas-lock-')), 'run');
  mkdirSync(path);
  return openRunFolder(path);
}

const locksIn = (folder: RunFolder) => readdirSync(folder.path);
const inUse = (pid: number) =>
  expect.objectContaining({ code: 'run-in-use', exitCode: 2, message: expect.stringContaining(` ${pid}`) });

/** The number of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--eval', '0']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('the lock of a run folder', () => {
  it('is held by one, also within a process, until it is released', () => {
    const folder = emptyFolder();
    const lock = lockRunFolder(folder);
    expect(() => lockRunFolder(folder)).toThrow(inUse(process.pid));
    expect(locksIn(folder)).toHaveLength(1);
    lock.release();
    lock.release();
    expect(locksIn(folder)).toEqual([]);
    lockRunFolder(folder).release();
  });

  it('is taken over from a process that is dead, and from one whose number another has now', async () => {
    const folder = emptyFolder();
    const stale = [`lock-${await deadPid()}-1-${HOST}`, `lock-${process.ppid}-1-${HOST}`];
    for (const name of stale) writeFileSync(join(folder.path, name), '');
    const lock = lockRunFolder(folder);
    expect(locksIn(folder)).toHaveLength(1);
    expect(stale).not.toContain(locksIn(folder)[0]);
    lock.release();
  });

  it.skipIf(process.platform !== 'linux')(
    'is not taken from another process that lives, and its file stays',
    async () => {
      const folder = emptyFolder();
      const other = spawn(process.execPath, ['--eval', 'process.stdin.resume()'], {
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      try {
        const stat = readFileSync(`/proc/${other.pid}/stat`, 'utf8');
        const name = `lock-${other.pid}-${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}-${HOST}`;
        writeFileSync(join(folder.path, name), '');
        expect(() => lockRunFolder(folder)).toThrow(inUse(other.pid ?? 0));
        expect(locksIn(folder)).toEqual([name]);
      } finally {
        other.kill('SIGKILL');
        await once(other, 'exit');
      }
      lockRunFolder(folder).release();
    },
  );

  it('of another machine is left alone, and the file to remove is named', () => {
    const folder = emptyFolder();
    const file = join(folder.path, 'lock-7-1-elsewhere');
    writeFileSync(file, '');
    expect(() => lockRunFolder(folder)).toThrow(
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
    expect(() => lockRunFolder(folder)).toThrow(expect.objectContaining({ code: 'missing-journal', exitCode: 3 }));
    expect(existsSync(folder.path)).toBe(false);
  });

  it('ends with what was made under it, or with the failure to make it', () => {
    const folder = emptyFolder();
    const fail = () => {
      throw new Error('full');
    };
    expect(() => makeUnderLock(folder, fail)).toThrow('full');
    const closed: number[] = [];
    const made = makeUnderLock(folder, () => ({ close: () => void closed.push(locksIn(folder).length) }));
    expect(() => lockRunFolder(folder)).toThrow(inUse(process.pid));
    made.close();
    expect(closed).toEqual([1]);
    expect(locksIn(folder)).toEqual([]);
  });
});
