import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FetchSettings, fetchAsset } from '../../src/assets/fetch.js';
import type { AssetProgress } from '../../src/assets/index.js';
import { assetPlaces } from '../../src/assets/places.js';
import type { Wanted } from '../../src/assets/selection.js';
import { parseMirror } from '../../src/assets/source.js';
import type { AssetDefinition } from '../../src/definitions/asset.js';
import { EXIT, MissingError, UsageError } from '../../src/errors.js';
import { resnet101 } from '../../src/teachers/resnet101.js';
import { archiveOfSet, definitionOf, MEMBERS, md5, SET, sha256, UNSAFE, write } from './archives.js';
import { type FileServer, startFileServer } from './file-server.js';

const checkpoint = Buffer.from('weights of a teacher');
const teacher: AssetDefinition = {
  title: 'a tiny teacher',
  places: ['teachers/tiny-0123.pth', 'tiny.pth'],
  files: [],
  download: { url: 'http://example.invalid/', name: 'tiny-0123.pth', sha256: sha256(checkpoint).slice(0, 8) },
  instructions: ['Ask the librarian.'],
};

let folder: string;
let workshop: string;
let server: FileServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rminas-fetch-'));
  workshop = mkdtempSync(join(tmpdir(), 'rminas-fetch-'));
  server = await startFileServer();
});
afterEach(async () => {
  await server.close();
  for (const path of [folder, workshop]) rmSync(path, { recursive: true, force: true });
});

function wanted(definition: AssetDefinition | null, others: readonly string[] = []): Wanted {
  const candidates = definition === null ? [] : assetPlaces(definition, [...others, folder]);
  return { name: 'tiny', kind: 'teacher', definition, candidates };
}

function fetchTiny(definition: AssetDefinition, settings: Partial<FetchSettings> = {}, others: readonly string[] = []) {
  return fetchAsset(wanted(definition, others), { folder, mirror: parseMirror(server.url), pauseMs: 1, ...settings });
}

async function failure(definition: AssetDefinition, settings: Partial<FetchSettings> = {}): Promise<MissingError> {
  const error = await fetchTiny(definition, settings).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MissingError);
  return error as MissingError;
}

const everything = () => readdirSync(folder, { recursive: true }).sort();

describe('a file', () => {
  it('is stored after its verification, and not fetched again', async () => {
    server.answer({ body: checkpoint });
    const path = join(folder, 'teachers/tiny-0123.pth');
    expect(await fetchTiny(teacher)).toEqual({ status: 'fetched', path, verified: true, shadowedBy: null });
    expect(readFileSync(path).equals(checkpoint)).toBe(true);
    expect(everything()).toEqual(['teachers', 'teachers/tiny-0123.pth']);
    expect(await fetchTiny(teacher)).toEqual({ status: 'present', path, verified: true, shadowedBy: null });
    expect(server.asked.map((asked) => asked.path)).toEqual(['/files/tiny-0123.pth']);
  });

  it('is not fetched when a complete one exists', async () => {
    write(join(workshop, 'tiny.pth'), checkpoint.toString());
    const path = join(workshop, 'tiny.pth');
    expect(await fetchTiny(teacher, {}, [workshop])).toMatchObject({ status: 'present', path });
    expect(everything()).toEqual([]);
  });

  it('with another checksum is refused and removed', async () => {
    const body = Buffer.from('a page that says hello');
    server.answer({ body });
    const error = await failure(teacher);
    expect(error).toMatchObject({ code: 'checksum-mismatch', exitCode: EXIT.missing });
    expect(error.message).toContain(`SHA-256 ${sha256(body).slice(0, 8)} instead of ${sha256(checkpoint).slice(0, 8)}`);
    expect(everything()).toEqual(['teachers']);
    server.answer({ body: checkpoint });
    expect(await fetchTiny(teacher)).toMatchObject({ status: 'fetched' });
  });

  it('does not replace a file of the user', async () => {
    write(join(folder, 'teachers/tiny-0123.pth'), 'my own teacher');
    const error = await failure(teacher);
    expect(error).toMatchObject({ code: 'destination-occupied', exitCode: EXIT.missing });
    expect(readFileSync(join(folder, 'teachers/tiny-0123.pth'), 'utf8')).toBe('my own teacher');
    expect(server.asked).toEqual([]);
  });

  it('that another file shadows is reported', async () => {
    write(join(workshop, 'tiny.pth'), 'my own teacher');
    server.answer({ body: checkpoint });
    const shadowedBy = join(workshop, 'tiny.pth');
    expect(await fetchTiny(teacher, {}, [workshop])).toMatchObject({ status: 'fetched', shadowedBy });
    expect(await fetchTiny(teacher, {}, [workshop])).toMatchObject({ status: 'present', shadowedBy });
  });

  it('without a publisher is fetched only from a mirror, unverified', async () => {
    const unpublished = { ...teacher, download: null };
    expect(await failure(unpublished, { mirror: null })).toMatchObject({ code: 'not-downloadable' });
    server.answer({ body: checkpoint });
    expect(await fetchTiny(unpublished)).toMatchObject({ status: 'fetched', verified: false });
    expect(await failure({ ...(resnet101.asset as AssetDefinition), places: [] })).toMatchObject({
      code: 'not-downloadable',
    });
  });

  it('that ships with rminas is not fetched', async () => {
    expect(await fetchAsset(wanted(null), { folder, mirror: null })).toMatchObject({ status: 'shipped', path: null });
  });
});

describe('an archive', () => {
  it('is unpacked after its verification', async () => {
    const body = await archiveOfSet(workshop);
    server.answer({ body });
    const seen: AssetProgress[] = [];
    const fetched = await fetchTiny(definitionOf(body), { onProgress: (progress) => seen.push(progress) });
    expect(fetched).toEqual({ status: 'fetched', path: join(folder, SET), verified: true, shadowedBy: null });
    expect(everything()).toEqual([SET, `${SET}/test`, `${SET}/train`]);
    expect(readFileSync(join(folder, SET, 'train'), 'utf8')).toBe(MEMBERS.train);
    const steps = seen.map(({ step }) => step);
    expect([...new Set(steps)]).toEqual(['downloading', 'verifying', 'unpacking']);
    expect(seen).toContainEqual({ name: 'tiny', step: 'downloading', done: body.length, total: body.length });
    expect(await fetchTiny(definitionOf(body))).toMatchObject({ status: 'present', verified: true });
    expect(server.asked).toHaveLength(1);
  });

  it('of the user is unpacked without a download, and kept', async () => {
    const archive = await archiveOfSet(workshop);
    writeFileSync(join(folder, 'tiny-set.tar.gz'), archive);
    // An unpacking that was killed leaves this folder.
    write(join(folder, 'tiny-set.tar.gz.unpacking', SET, 'train'), 'half of it');
    expect(await fetchTiny({ ...definitionOf(archive), readPacked: true })).toMatchObject({ status: 'fetched' });
    expect(everything()).toEqual([SET, 'tiny-set.tar.gz', `${SET}/test`, `${SET}/train`].sort());
    expect(readFileSync(join(folder, SET, 'train'), 'utf8')).toBe(MEMBERS.train);
    expect(server.asked).toEqual([]);
  });

  it('of the user with another checksum is left alone', async () => {
    writeFileSync(join(folder, 'tiny-set.tar.gz'), 'something else');
    expect(await failure(definitionOf(await archiveOfSet(workshop)))).toMatchObject({ code: 'destination-occupied' });
    expect(everything()).toEqual(['tiny-set.tar.gz']);
  });

  it('does not replace an incomplete data set', async () => {
    write(join(folder, SET, 'train'), 'a part of it');
    expect(await failure(definitionOf(await archiveOfSet(workshop)))).toMatchObject({ code: 'destination-occupied' });
    expect(everything()).toEqual([SET, `${SET}/train`]);
  });

  it.each([
    ['lacks a file', { train: MEMBERS.train }, 'test: it does not exist'],
    ['has another file', { ...MEMBERS, test: 'else' }, `test: it has the MD5 ${md5('else')}`],
    ['has none of the files', { readme: 'hello' }, 'it has none of the files'],
  ])('that %s is refused', async (_name, members, says) => {
    const body = await archiveOfSet(workshop, members);
    server.answer({ body });
    const error = await failure(definitionOf(body));
    expect(error).toMatchObject({ code: 'unexpected-archive', message: expect.stringContaining(says) });
    expect(existsSync(join(folder, SET))).toBe(false);
  });

  it.each(Object.entries(UNSAFE))('with %s is not unpacked', async (_name, { make, says }) => {
    const body = await make(workshop);
    server.answer({ body });
    const error = await failure(definitionOf(body));
    expect(error).toMatchObject({ code: 'unsafe-archive', exitCode: EXIT.missing });
    expect(error.message).toContain(says);
    expect(everything()).toEqual(['tiny-set.tar.gz']);
  });

  it.each([
    ['is cut off', async () => (await archiveOfSet(workshop)).subarray(0, 60)],
    ['is none', async () => Buffer.from('no archive at all. '.repeat(100))],
  ])('that %s is refused', async (_name, make) => {
    const body = await make();
    server.answer({ body });
    expect(await failure(definitionOf(body))).toMatchObject({ code: 'corrupt-archive' });
    expect(everything()).toEqual(['tiny-set.tar.gz']);
  });

  it('stops unpacking when the user aborts', async () => {
    const body = await archiveOfSet(workshop);
    server.answer({ body });
    const controller = new AbortController();
    const onProgress = ({ step }: AssetProgress) => {
      if (step === 'unpacking') controller.abort();
    };
    await expect(fetchTiny(definitionOf(body), { signal: controller.signal, onProgress })).rejects.toThrow('aborted');
    expect(everything()).toEqual(['tiny-set.tar.gz']);
    expect(await fetchTiny(definitionOf(body))).toMatchObject({ status: 'fetched' });
    expect(server.asked).toHaveLength(1);
  });
});

describe('a mirror', () => {
  it.each(['example.org', 'ftp://example.org/data', '/data', ''])('cannot be %s', (text) => {
    expect(() => parseMirror(text)).toThrow(UsageError);
  });

  it('is a folder', () => {
    expect(parseMirror('https://example.org/data').href).toBe('https://example.org/data/');
    expect(parseMirror('https://example.org').href).toBe('https://example.org/');
  });
});
