import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DownloadOptions, download } from '../../src/assets/download.js';
import { IdleTimeout } from '../../src/assets/idle-timeout.js';
import { PartFile } from '../../src/assets/part-file.js';
import { EXIT, InterruptedError, MissingError } from '../../src/errors.js';
import { scaled } from '../support/limits.js';
import { type Behaviour, type FileServer, startFileServer } from './file-server.js';

const body = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251));
const half = 150_000;
const etag = '"first"';

let folder: string;
let target: string;
let server: FileServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rminas-download-'));
  target = join(folder, 'deep/file.bin');
  server = await startFileServer();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function fetchFile(options: Partial<DownloadOptions> = {}): Promise<void> {
  const part = new PartFile(target);
  return download({ url: `${server.url}/file.bin`, part, bytes: body.length, pauseMs: 1, ...options });
}

async function failure(options: Partial<DownloadOptions> = {}): Promise<MissingError> {
  const error = await fetchFile(options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MissingError);
  return error as MissingError;
}

/** Ends the connection when half of the file has arrived. Bytes on their way may be lost. */
function breakOffAtHalf(done: number): void {
  if (done === half) server.drop();
}

const part = () => readFileSync(`${target}.part`);
const ranges = () => server.asked.map(({ range, ifRange }) => [range, ifRange]);

describe('a download', () => {
  it('writes the file and reports progress', async () => {
    server.answer({ body, etag });
    const seen: [number, number | null][] = [];
    await fetchFile({ onBytes: (...progress) => seen.push(progress) });
    expect(part().equals(body)).toBe(true);
    expect(seen.at(-1)).toEqual([body.length, body.length]);
    expect(server.asked).toEqual([
      { path: '/files/file.bin', range: undefined, ifRange: undefined, encoding: 'identity' },
    ]);
  });

  it('accepts a file of unknown size', async () => {
    server.answer({ body, chunked: true });
    await fetchFile({ bytes: undefined });
    expect(part().equals(body)).toBe(true);
  });

  it('accepts a compressed response', async () => {
    server.answer({ body: gzipSync(body), encoding: 'gzip' });
    await fetchFile();
    expect(part().equals(body)).toBe(true);
  });
});

describe('an unfinished download', () => {
  it('continues after a broken connection', async () => {
    server.answer({ body, etag, silentAt: half }, { body, etag });
    await fetchFile({ onBytes: breakOffAtHalf });
    expect(part().equals(body)).toBe(true);
    expect(ranges()).toEqual([
      [undefined, undefined],
      [`bytes=${half}-`, etag],
    ]);
  });

  it('continues after attempts that did not begin', async () => {
    server.answer({ body, status: 503 }, { body, status: 429 }, { body, etag, silentAt: half }, { body, etag });
    await fetchFile({ onBytes: breakOffAtHalf });
    expect(part().equals(body)).toBe(true);
    expect(server.asked).toHaveLength(4);
  });

  it.each([
    ['an ETag', { etag }, etag],
    [
      'a date, where the ETag is weak',
      { etag: 'W/"weak"', lastModified: 'Thu, 04 Jun 2009 20:25:33 GMT' },
      'Thu, 04 Jun 2009 20:25:33 GMT',
    ],
    ['the size alone', {}, undefined],
  ])('is continued another day by %s', async (_name, validators, ifRange) => {
    await begin({ ...validators });
    server.answer({ body, ...validators });
    await fetchFile();
    expect(part().equals(body)).toBe(true);
    expect(ranges()).toEqual([[`bytes=${half}-`, ifRange]]);
  });

  it.each([
    ['has another file by now', { etag: '"second"' }, 1],
    ['knows no ranges', { etag, ranges: false }, 1],
    ['sends another range', { etag, rangeStart: 7 }, 2],
    ['has less than there is', { etag, rangeStart: body.length }, 2],
  ])('is thrown away where the server %s', async (_name, changes, requests) => {
    await begin({ etag, body: Buffer.alloc(body.length, 1) });
    server.answer({ body, ...changes });
    await fetchFile();
    expect(part().equals(body)).toBe(true);
    expect(server.asked).toHaveLength(requests);
  });

  it('is discarded when its origin is unknown', async () => {
    await begin({ etag });
    rmSync(`${target}.part.json`);
    server.answer({ body, etag });
    await fetchFile();
    expect(part().equals(body)).toBe(true);
    expect(ranges()).toEqual([[undefined, undefined]]);
  });

  it('can be complete', async () => {
    server.answer({ body, etag });
    await fetchFile();
    await fetchFile();
    expect(server.asked).toHaveLength(1);
  });

  it('is kept when the user aborts it', async () => {
    server.answer({ body, etag, silentAt: half });
    const controller = new AbortController();
    const error = await fetchFile({
      signal: controller.signal,
      onBytes: (done) => {
        if (done === half) controller.abort();
      },
    }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InterruptedError);
    expect((error as InterruptedError).message).toContain(`the first ${half} bytes are kept`);
    server.answer({ body, etag });
    await fetchFile();
    expect(part().equals(body)).toBe(true);
    expect(ranges().at(-1)).toEqual([`bytes=${half}-`, etag]);
  });

  /** Leaves half a file behind, like a process that was killed. */
  async function begin({ body: sent = body, ...validators }: { body?: Buffer; etag?: string; lastModified?: string }) {
    const controller = new AbortController();
    server.answer({ body: sent, ...validators, silentAt: half });
    const onBytes = (done: number) => {
      if (done === half) controller.abort();
    };
    await expect(fetchFile({ signal: controller.signal, onBytes })).rejects.toThrow(InterruptedError);
    expect(statSync(`${target}.part`).size).toBe(half);
    server.asked.length = 0;
  }
});

describe('a server', () => {
  it('without the file fails the download immediately', async () => {
    server.answer({ body, status: 404 });
    const error = await failure();
    expect(error).toMatchObject({ code: 'download-refused', exitCode: EXIT.missing });
    expect(error.message).toContain(`${server.url}/file.bin`);
    expect(error.message).toContain('404');
    expect(server.asked).toHaveLength(1);
    expect(existsSync(`${target}.part`)).toBe(false);
  });

  it('that always breaks off at the same byte fails the download, which keeps its part', async () => {
    server.answer({ body, ranges: false, silentAt: half });
    const error = await failure({ onBytes: breakOffAtHalf });
    expect(error.code).toBe('download-broken-off');
    expect(error.nextSteps.join()).toContain(`${half} bytes`);
    expect(statSync(`${target}.part`).size).toBe(half);
    expect(server.asked).toHaveLength(5);
  });

  it('that is never ready fails the download', async () => {
    server.answer({ body, status: 503 });
    expect((await failure()).message).toContain('503');
    expect(server.asked).toHaveLength(4);
  });

  it('that cannot be reached is asked once', async () => {
    await server.close();
    const error = await failure();
    expect(error.code).toBe('unreachable');
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('that falls silent fails the download', async () => {
    server.answer({ body, etag, silentAt: half });
    const idleTimeoutMs = scaled(100);
    const error = await failure({ idleTimeoutMs });
    expect(error).toMatchObject({
      code: 'download-broken-off',
      message: expect.stringContaining(`nothing came for ${idleTimeoutMs / 1000} s`),
    });
    expect(statSync(`${target}.part`).size).toBe(half);
  });

  it('with a file of another size fails the download before it begins', async () => {
    server.answer({ body: Buffer.from('a page that says that the file is gone') });
    const error = await failure();
    expect(error).toMatchObject({ code: 'wrong-size' });
    expect(error.message).toContain('has 38 bytes, and the published file has 300000');
    expect(existsSync(`${target}.part`)).toBe(false);
  });
});

describe('an answer that is longer than the file', () => {
  const long = Buffer.concat([body, Buffer.alloc(5 * 2 ** 20)]);
  it.each<[string, Behaviour, number | undefined, string]>([
    ['in pieces', { body: long, chunked: true }, body.length, 'more than the 300000 bytes'],
    ['compressed', { body: gzipSync(long), encoding: 'gzip' }, body.length, 'more than the 300000 bytes'],
    ['compressed, of unknown size', { body: gzipSync(Buffer.alloc(2 ** 20)), encoding: 'gzip' }, 1000, '1000 bytes'],
  ])('is cut off, and the part is removed: %s', async (_, behaviour, bytes, said) => {
    server.answer(behaviour);
    let most = 0;
    const error = await failure({
      bytes,
      onBytes: (done) => {
        most = Math.max(most, done);
      },
    });
    expect(error).toMatchObject({ code: 'wrong-size', exitCode: EXIT.missing, message: expect.stringContaining(said) });
    expect(most).toBeLessThanOrEqual(bytes ?? 0);
    expect(existsSync(`${target}.part`) || existsSync(`${target}.part.json`)).toBe(false);
    expect(server.asked).toHaveLength(1);
  });
});

describe('the idle timeout', () => {
  it('ends after silence, and not while bytes arrive slowly', () => {
    vi.useFakeTimers();
    try {
      const idle = new IdleTimeout(1_000, undefined);
      for (let chunk = 0; chunk < 100; chunk += 1) {
        vi.advanceTimersByTime(999);
        idle.renew();
      }
      expect(idle.signal.aborted).toBe(false);
      vi.advanceTimersByTime(1_000);
      expect(idle.signal.reason).toMatchObject({ message: 'nothing came for 1 s' });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a disk', () => {
  it('without room for the announced size is reported before the download', async () => {
    server.answer({ body, announced: 2 ** 52 });
    const error = await failure({ bytes: undefined });
    expect(error).toMatchObject({ code: 'disk-full', exitCode: EXIT.missing });
    expect(error.message).toContain(`${2 ** 52} bytes are needed`);
    expect(existsSync(`${target}.part`)).toBe(false);
  });

  it.skipIf(!existsSync('/dev/full'))('that becomes full is reported', async () => {
    target = join(folder, 'file.bin');
    symlinkSync('/dev/full', `${target}.part`);
    server.answer({ body });
    const error = await failure();
    expect(error).toMatchObject({ code: 'disk-full', message: expect.stringContaining(`${target}.part`) });
    expect(server.asked).toHaveLength(1);
  });

  it('with a file in place of the folder is reported', async () => {
    writeFileSync(join(folder, 'deep'), '');
    server.answer({ body });
    const error = await failure();
    expect(error).toMatchObject({ code: 'unwritable', message: expect.stringContaining(join(folder, 'deep')) });
  });
});
