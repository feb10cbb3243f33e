import { closeSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../errors.js';
import { folderError, type RunFolder } from './folder.js';
import { missingJournal } from './journal-file.js';

/** The right to write into a run's folder. */
export interface RunLock {
  /** Can be called more than once. */
  readonly release: () => void;
}

/** Who holds a lock: all of it stands in the name of an empty file, which is made at once or not at all. */
interface Holder {
  readonly pid: number;
  /** When the process started, so that another one that gets its number is not taken for it; 0 where unknown. */
  readonly started: number;
  readonly host: string;
  readonly file: string;
}

const NAME = /^lock-(\d+)-(\d+)-(.+)$/;

/**
 * Takes a run's folder for this process. Everybody makes a file of his own first and looks at the others' then: two
 * that come in the same instant may both be refused, and are never both let in. What dead processes left is removed.
 *
 * @throws UsageError `run-in-use` while a process is at work in it, be it this one; MissingError where there is none.
 */
export function lockRunFolder(folder: RunFolder): RunLock {
  const own = holderOf(folder, process.pid, startOf(process.pid), encodeURIComponent(hostname()));
  claim(folder, own);
  const release = () => rmSync(own.file, { force: true });
  try {
    for (const other of readHolders(folder)) {
      if (other.file === own.file) continue;
      if (mayLive(other)) throw inUse(folder, other);
      rmSync(other.file, { force: true });
    }
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

/** What is made under the folder's lock; the lock ends when that is closed, or at once when it cannot be made. */
export function makeUnderLock<T extends { readonly close: () => void }>(folder: RunFolder, make: () => T): T {
  const lock = lockRunFolder(folder);
  try {
    const made = make();
    const close = () => {
      made.close();
      lock.release();
    };
    return { ...made, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function holderOf(folder: RunFolder, pid: number, started: number, host: string): Holder {
  return { pid, started, host, file: join(folder.path, `lock-${pid}-${started}-${host}`) };
}

function claim(folder: RunFolder, own: Holder): void {
  try {
    closeSync(openSync(own.file, 'wx'));
  } catch (cause) {
    const failure = cause as NodeJS.ErrnoException;
    if (failure.code === 'EEXIST') throw inUse(folder, own);
    if (failure.code === 'ENOENT' || failure.code === 'ENOTDIR') throw missingJournal(folder.journal, cause);
    throw folderError(folder.path, failure);
  }
}

function readHolders(folder: RunFolder): Holder[] {
  return readdirSync(folder.path).flatMap((name) => {
    const [, pid, started, host] = NAME.exec(name) ?? [];
    return host === undefined ? [] : [holderOf(folder, Number(pid), Number(started), host)];
  });
}

/** Of another machine's processes nothing can be known from here. */
function mayLive({ pid, started, host }: Holder): boolean {
  if (host !== encodeURIComponent(hostname())) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return startOf(pid) === started;
}

/** Ticks from the start of the machine to that of a process, where /proc tells. */
function startOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold anything: state, then 18 fields, then the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Nobody has asked yet how it ended, but ended it has.
    return fields[0] === 'Z' ? -1 : Number(fields[19]);
  } catch {
    return 0;
  }
}

function inUse(folder: RunFolder, { pid, host, file }: Holder): UsageError {
  const where = host === encodeURIComponent(hostname()) ? '' : ` of ${host}`;
  return new UsageError(`The process ${pid}${where} is at work in ${folder.path}.`, {
    code: 'run-in-use',
    nextSteps: ['Wait for its end, or end it, then resume.', `Where there is no such process any more, remove ${file}`],
  });
}
