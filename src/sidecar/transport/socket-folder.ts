/** The folders of socket files: each belongs to one process, and only its user can enter it. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { MissingError } from '../../errors.js';

/** A socket path has at most 104 bytes on macOS and 108 on Linux, including its terminating zero. */
const MAX_PATH_BYTES = 103;
/** Several hosts may share a temporary folder. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const SOCKET = 's';
/** `rminas-<process id>-<host>-<random>` */
const NAME = /^rminas-(\d+)-([0-9a-f]{8})-\w{6}$/;

/** A temporary folder whose path is short enough for a socket file; undefined if there is none. */
export function socketParent(): string | undefined {
  const fits = (folder: string) => Buffer.byteLength(socketIn(join(folder, `${prefix()}XXXXXX`))) <= MAX_PATH_BYTES;
  return [tmpdir(), '/tmp'].find(fits);
}

export function socketIn(folder: string): string {
  return join(folder, SOCKET);
}

/** @throws MissingError `unwritable` */
export async function makeSocketFolder(parent: string): Promise<string> {
  try {
    // mkdtemp creates the folder with mode 0700.
    return await mkdtemp(join(parent, prefix()));
  } catch (error) {
    throw new MissingError(`Cannot create a folder for the sidecar's socket in ${parent}.`, {
      code: 'unwritable',
      nextSteps: ['Free some space there, or set TMPDIR to a writable folder.'],
      cause: error,
    });
  }
}

export function removeSocketFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Removes the folders that processes of this user and this host left behind when they were killed. Never follows a
 * symbolic link, and removes nothing but the socket and the empty folder.
 */
export async function sweepSocketFolders(parent: string): Promise<void> {
  for (const folder of abandonedIn(parent)) {
    if (await isListening(socketIn(folder))) continue;
    try {
      rmSync(socketIn(folder), { force: true });
      rmdirSync(folder);
    } catch {
      // Another process sweeps too, or the folder has other content.
    }
  }
}

function prefix(): string {
  return `rminas-${process.pid}-${HOST}-`;
}

function abandonedIn(parent: string): string[] {
  try {
    return readdirSync(parent)
      .filter((name) => {
        const [, pid, host] = NAME.exec(name) ?? [];
        return host === HOST && !isAlive(Number(pid)) && isOwnFolder(join(parent, name));
      })
      .map((name) => join(parent, name));
  } catch {
    // Making the own folder reports what is wrong with the parent.
    return [];
  }
}

function isOwnFolder(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** A container may share the folder and number its processes anew: its process is not in our table, but it listens. */
function isListening(socket: string): Promise<boolean> {
  if (statSync(socket, { throwIfNoEntry: false }) === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const probe = connect(socket);
    const answer = (listening: boolean) => {
      probe.destroy();
      resolve(listening);
    };
    probe.once('connect', () => answer(true));
    probe.once('error', ({ code }: NodeJS.ErrnoException) => answer(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}
