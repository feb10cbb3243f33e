/**
 * The lock of a job folder: a lease that its process renews. Each process writes a file of its own,
 * `lock-<pid>-<start>-<host>`, and then looks at the files of others. Two processes that come at the same instant may
 * both be refused; they are never both let in.
 */
import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.js';
import { readTextBounded } from '../system/files.js';
import { parseJson } from '../system/json.js';
import { folderError, folderGone, type JobFolder } from './folder.js';
import { missingJournal } from './journal-file.js';

/** A lease of another host that has not been renewed for this long is taken over. */
const EXPIRES_AFTER_MS = 60_000;
const RENEW_EVERY_MS = 10_000;

/** The right to write into a job folder. */
export interface FolderLock {
  /** Messages about locks that were taken over. */
  readonly notices: readonly string[];
  /** Whether the lease of another host was taken over: its process may still be alive, and hold the journal open. */
  readonly fromOtherHost: boolean;
  /** Aborts when the lease is lost; the reason is the error that `check` throws. */
  readonly lost: AbortSignal;
  /**
   * @throws UsageError `run-taken-over` when another process has taken the lease over; MissingError `run-folder-gone`
   *   when the folder was moved or deleted.
   */
  readonly check: () => void;
  /** Can be called more than once. @param movedTo where the folder is now, if it was moved */
  readonly release: (movedTo?: string) => void;
}

const MOST_LEASE_BYTES = 4096;
const leaseSchema = z.looseObject({ namespace: z.string(), since: z.string() });

/** A process that holds a lock, as its file tells. */
interface Holder {
  readonly file: string;
  readonly pid: number;
  /** Ticks from the boot of the machine to the start of the process, since numbers are used again; 0 if unknown. */
  readonly started: number;
  readonly host: string;
  /** Process numbers mean something within one namespace only. Null in a lock of release 0.2.1, an empty file. */
  readonly namespace: string | null;
  readonly since: string;
  /** Of the last renewal, by the clock of the file system. */
  readonly renewedAt: number;
}

const NAME = /^lock-(\d+)-(\d+)-(.+)$/;
const HOST = encodeURIComponent(hostname());

/**
 * Takes a job folder for this process. The lock of a dead process on this host, and one of another host that has
 * expired, are taken over.
 * @param renewEvery ms between renewals
 * @throws UsageError `run-in-use` while a process is at work in the folder, this one included; MissingError when there
 *   is no such folder.
 */
export function lockFolder(folder: JobFolder, { renewEvery = RENEW_EVERY_MS } = {}): FolderLock {
  const own = join(folder.path, `lock-${process.pid}-${startOf(process.pid)}-${HOST}`);
  const now = writeLease(folder, own);
  try {
    const taken = takeOverOthers(folder, own, now);
    return holdLease(folder, own, taken, renewEvery);
  } catch (error) {
    rmSync(own, { force: true });
    throw error;
  }
}

/** Creates the own lock file. @returns its time of writing by the clock of the file system, in ms */
function writeLease(folder: JobFolder, own: string): number {
  const namespace = namespaceOf();
  const lease = { host: HOST, pid: process.pid, namespace, since: new Date().toISOString() };
  const descriptor = createLockFile(folder, own);
  try {
    writeSync(descriptor, `${JSON.stringify(lease)}\n`);
    return fstatSync(descriptor).mtimeMs;
  } catch (cause) {
    rmSync(own, { force: true });
    throw folderError(folder.path, cause as NodeJS.ErrnoException);
  } finally {
    closeSync(descriptor);
  }
}

function createLockFile(folder: JobFolder, own: string): number {
  try {
    return openSync(own, 'wx');
  } catch (cause) {
    const failure = cause as NodeJS.ErrnoException;
    if (failure.code === 'EEXIST') throw inUse(folder, readHolder(folder, own) ?? unknownHolder(own));
    if (failure.code === 'ENOENT' || failure.code === 'ENOTDIR') throw missingJournal(folder.journal, cause);
    throw folderError(folder.path, failure);
  }
}

/**
 * Whether a process is at work in a folder, as far as its locks tell. Nothing is written, so the clock of this host tells
 * whether the lease of another one has expired.
 */
export function isLocked(folder: JobFolder): boolean {
  const now = Date.now();
  return holdersIn(folder).some((holder) => isHeld(holder, now));
}

function holdersIn(folder: JobFolder): Holder[] {
  return readdirSync(folder.path)
    .filter((name) => NAME.test(name))
    .flatMap((name) => readHolder(folder, join(folder.path, name)) ?? []);
}

/** Removes locks without a holder. @throws UsageError `run-in-use` for one that is held */
function takeOverOthers(folder: JobFolder, own: string, now: number): Holder[] {
  const others = holdersIn(folder).filter(({ file }) => file !== own);
  for (const other of others) {
    if (isHeld(other, now)) throw inUse(folder, other);
    rmSync(other.file, { force: true });
  }
  return others;
}

/**
 * Of a process on this host the process table tells. Of another host only the renewals tell. Where a lock is taken, both
 * times are of the same file system, so clocks of hosts are not compared. Release 0.2.1 renews nothing: its locks of other
 * hosts stay.
 */
function isHeld(holder: Holder, now: number): boolean {
  const { pid, started, namespace, renewedAt } = holder;
  if (isOnThisHost(holder)) return isAlive(pid, started);
  return namespace === null || now - renewedAt <= EXPIRES_AFTER_MS;
}

function isOnThisHost({ host, namespace }: Holder): boolean {
  return host === HOST && (namespace === null || namespace === namespaceOf());
}

/** Locks to release when the process exits without waiting for its jobs, as at a second Ctrl-C. */
const heldLocks = new Set<() => void>();
process.on('exit', () => {
  for (const release of heldLocks) release();
});

/** Renews the lease from time to time, which does not keep the process alive. */
function holdLease(folder: JobFolder, own: string, taken: readonly Holder[], renewEvery: number): FolderLock {
  const lost = new AbortController();
  const { ino } = statSync(folder.path);
  const reason = () => (inodeOf(folder.path) === ino ? takenOver(folder) : folderGone(folder.path));
  const check = () => {
    if (!lost.signal.aborted && !exists(own)) lost.abort(reason());
    if (lost.signal.aborted) throw lost.signal.reason;
  };
  const renew = () => {
    try {
      check();
      rewrite(own);
    } catch {
      // A lost lease is told by the signal; a renewal that failed is tried again.
    }
  };
  const timer = setInterval(renew, renewEvery).unref();
  const release = (movedTo?: string) => {
    clearInterval(timer);
    heldLocks.delete(release);
    if (movedTo !== undefined) rmSync(join(movedTo, basename(own)), { force: true });
    else if (!lost.signal.aborted) rmSync(own, { force: true });
  };
  heldLocks.add(release);
  return {
    notices: taken.map((holder) => describeTakeOver(holder)),
    fromOtherHost: taken.some((holder) => !isOnThisHost(holder)),
    lost: lost.signal,
    check,
    release,
  };
}

/** Writes the file's first byte again: the file system notes the time by its own clock. Never creates the file. */
function rewrite(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    writeSync(descriptor, '{', 0);
  } finally {
    closeSync(descriptor);
  }
}

/** Opening the file asks a network file system itself, not a cache of its attributes. */
function exists(file: string): boolean {
  try {
    closeSync(openSync(file, 'r'));
    return true;
  } catch (error) {
    return !['ENOENT', 'ENOTDIR', 'ESTALE'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

/** Undefined when there is nothing at the path. */
function inodeOf(path: string): number | undefined {
  return exists(path) ? statSync(path, { throwIfNoEntry: false })?.ino : undefined;
}

/** Undefined when the file has gone. */
function readHolder(folder: JobFolder, file: string): Holder | undefined {
  const [, pid = '', started = '', host = ''] = NAME.exec(file.slice(folder.path.length + 1)) ?? [];
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const { mtimeMs } = stats;
  const { namespace = null, since = new Date(mtimeMs).toISOString() } = leaseIn(file) ?? {};
  return { file, pid: Number(pid), started: Number(started), host, namespace, since, renewedAt: mtimeMs };
}

/** Undefined when the file has no lease, as the locks of release 0.2.1. */
function leaseIn(file: string): z.infer<typeof leaseSchema> | undefined {
  try {
    return leaseSchema.safeParse(parseJson(readTextBounded(file, MOST_LEASE_BYTES))).data;
  } catch {
    return undefined;
  }
}

function unknownHolder(file: string): Holder {
  const since = new Date().toISOString();
  return { file, pid: process.pid, started: 0, host: HOST, namespace: null, since, renewedAt: 0 };
}

function isAlive(pid: number, started: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return startOf(pid) === started;
}

/** Ticks from the boot of the machine to the start of a process; -1 for a zombie, 0 where /proc does not tell. */
function startOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name, which may contain anything: the state, 18 fields, then the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? -1 : Number(fields[19]);
  } catch {
    return 0;
  }
}

/** The namespace of process numbers: two containers may share a host name, and not their processes. */
function namespaceOf(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function describeHolder({ pid, host }: Pick<Holder, 'pid' | 'host'>): string {
  return host === HOST ? `process ${pid}` : `process ${pid} of ${decodeURIComponent(host)}`;
}

function describeTakeOver(holder: Holder): string {
  const reason = isOnThisHost(holder) ? 'which has ended' : 'which has not renewed its lock for a minute';
  return `Taken over from ${describeHolder(holder)}, ${reason}.`;
}

function inUse(folder: JobFolder, holder: Holder): UsageError {
  const { file, namespace, since } = holder;
  const stale = `If that process has ended, remove ${file}`;
  const expiring = 'If that process has ended, wait for a minute: its lock expires.';
  return new UsageError(`The ${describeHolder(holder)} has been at work in ${folder.path} since ${since}.`, {
    code: 'run-in-use',
    nextSteps: [
      'Wait for that process to end, or end it, then try again.',
      ...(isOnThisHost(holder) ? [] : [namespace === null ? stale : expiring]),
    ],
  });
}

function takenOver({ path }: JobFolder): UsageError {
  return new UsageError(`The lock of ${path} is gone: another process has taken it over.`, {
    code: 'run-taken-over',
    nextSteps: ['If another process is at work in the folder, wait for its result: it uses the same journal.'],
  });
}
