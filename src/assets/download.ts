import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { interrupted, MissingError } from '../errors.js';
import { makeFolder } from '../system/folders.js';
import { storing } from './failures.js';
import { type Answer, BrokenOff, request } from './http.js';
import { IdleTimeout } from './idle-timeout.js';
import type { PartFile } from './part-file.js';

/** Successive attempts without new bytes before the download fails. */
const BARREN_ATTEMPTS = 4;
const IDLE_TIMEOUT_MS = 60_000;
const PAUSE_MS = 1_000;
/** Bytes of a file of unknown size: more than every file that rminas downloads. */
const MOST_BYTES = 2 ** 33;

export interface DownloadOptions {
  readonly url: string;
  readonly part: PartFile;
  /** Size of the published file, if it is known. */
  readonly bytes: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Idle timeout of the server, in milliseconds; 60,000 by default. */
  readonly idleTimeoutMs?: number | undefined;
  /** Wait before the next attempt, in milliseconds; doubled while no new bytes arrive. Default: 1,000. */
  readonly pauseMs?: number | undefined;
  readonly onBytes?: ((done: number, total: number | null) => void) | undefined;
}

/**
 * Downloads the rest of the part file. It continues an earlier download, and this one after a broken connection.
 * @throws InterruptedError, which keeps the part; MissingError for an absent file, a file of another size, a server
 *   that cannot be reached or keeps breaking off, and a full disk. A file that is longer than the published one is cut off
 *   and removed.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { url, part, signal, pauseMs = PAUSE_MS } = options;
  let furthest = await part.bytes();
  let barren = 0;
  let connected = false;
  for (;;) {
    try {
      return await attempt(options);
    } catch (error) {
      const bytes = await part.bytes();
      if (signal?.aborted) throw stopped(url, bytes);
      if (!(error instanceof BrokenOff)) throw error;
      connected ||= error.connected;
      barren = bytes > furthest ? 0 : barren + 1;
      furthest = Math.max(furthest, bytes);
      if (!connected || barren === BARREN_ATTEMPTS) throw givenUp(url, error, bytes);
      await pause(pauseMs * 2 ** barren, undefined, signal && { signal }).catch(() => {
        throw stopped(url, bytes);
      });
    }
  }
}

async function attempt(options: DownloadOptions): Promise<void> {
  const { url, part, bytes, signal, idleTimeoutMs = IDLE_TIMEOUT_MS, onBytes } = options;
  const begun = await part.read();
  if (begun !== null && begun.bytes === begun.total) return;
  const idle = new IdleTimeout(idleTimeoutMs, signal);
  try {
    const answer = await request(url, begun, idle.signal);
    checkSize(url, answer, bytes);
    await checkRoom(part.path, answer);
    const total = answer.total ?? bytes ?? null;
    let done = answer.start;
    const content = limited(answer.content, {
      room: (bytes ?? answer.total ?? MOST_BYTES) - done,
      onBytes: (more) => {
        done += more;
        idle.renew();
        onBytes?.(done, total);
      },
    });
    await part.write(answer.start, answer, content).catch(async (error: unknown) => {
      if (error instanceof TooLong) await part.remove();
      throw error instanceof TooLong ? tooLong(url, total) : error;
    });
    if (total !== null && done < total) throw new BrokenOff(`the server sent ${done} of ${total} bytes`, true);
  } finally {
    idle.end();
  }
}

/** The server sends more than the file has. */
class TooLong extends Error {}

/** The content up to a number of bytes. A compressed answer counts by what it is unpacked to. @throws TooLong */
async function* limited(
  content: AsyncIterable<Uint8Array>,
  { room, onBytes }: { room: number; onBytes: (bytes: number) => void },
): AsyncGenerator<Uint8Array> {
  let left = room;
  for await (const chunk of content) {
    left -= chunk.length;
    if (left < 0) throw new TooLong();
    yield chunk;
    onBytes(chunk.length);
  }
}

/** Refuses a file of another size before it is downloaded. */
function checkSize(url: string, { total }: Answer, published: number | undefined): void {
  if (total === null || published === undefined || total === published) return;
  throw new MissingError(`${url} has ${total} bytes, and the published file has ${published}.`, { code: 'wrong-size' });
}

function tooLong(url: string, total: number | null): MissingError {
  const expected = total === null ? `more than ${MOST_BYTES} bytes` : `more than the ${total} bytes of the file`;
  return new MissingError(`${url} sent ${expected}. The download was removed.`, {
    code: 'wrong-size',
    nextSteps: ['Try again, or name another server with --mirror.'],
  });
}

async function checkRoom(path: string, { start, total }: Answer): Promise<void> {
  if (total === null) return;
  const needed = total - start;
  const free = await freeBytes(dirname(path));
  if (needed <= free) return;
  throw new MissingError(
    `The disk is too full: ${needed} bytes are needed at ${dirname(path)}, and ${free} are free.`,
    {
      code: 'disk-full',
      nextSteps: ['Free some space, or name another folder with --data.'],
    },
  );
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await storing(folder, async () => {
    makeFolder(folder);
    return statfs(folder);
  });
  return bavail * bsize;
}

function stopped(url: string, bytes: number) {
  return interrupted(`The download of ${url} was interrupted; the first ${bytes} bytes are kept.`, [
    'Run the same command again to continue.',
  ]);
}

function givenUp(url: string, { message, connected, cause }: BrokenOff, bytes: number): MissingError {
  const what = connected ? 'broke off' : 'could not begin';
  return new MissingError(`The download of ${url} ${what}: ${message}.`, {
    code: connected ? 'download-broken-off' : 'unreachable',
    nextSteps: [
      bytes > 0
        ? `Run the same command again: it continues after the ${bytes} bytes that were kept.`
        : 'Check the connection and run the same command again.',
    ],
    cause,
  });
}
