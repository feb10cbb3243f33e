/** Downloads assets. A file gets its name only when it is complete and verified. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MissingError } from '../errors.js';
import { ReadError } from '../system/files.js';
import { actualChecksum, checksumOf, describeMismatch } from './checksum.js';
import { type DownloadOptions, download } from './download.js';
import { verifyAsset } from './inspect.js';
import { PartFile } from './part-file.js';
import type { AssetReport, ShowProgress } from './report.js';
import type { Wanted } from './selection.js';
import { type AssetSource, assetSourceOf } from './source.js';
import { unpack } from './unpack.js';

export interface FetchSettings extends Pick<DownloadOptions, 'signal' | 'idleTimeoutMs' | 'pauseMs'> {
  /** Data folder to download into. */
  readonly folder: string;
  /** Base address to download from instead of the publisher's; null for the publisher's. */
  readonly mirror: URL | null;
  readonly onProgress?: ShowProgress | undefined;
}

export interface Fetched {
  readonly status: 'fetched' | 'present' | 'shipped';
  /** Its path; null when it ships with rminas. */
  readonly path: string | null;
  /** Whether its published checksum was compared. */
  readonly verified: boolean;
  /** A path that is looked at first and differs from the published file; null when there is none. */
  readonly shadowedBy: string | null;
}

/**
 * Downloads an asset into the data folder, unless a complete one is found.
 * @throws MissingError for an asset that cannot be downloaded; InterruptedError
 */
export async function fetchAsset(given: Wanted, settings: FetchSettings): Promise<Fetched> {
  const { name, definition } = given;
  if (definition === null) return { status: 'shipped', path: null, verified: true, shadowedBy: null };
  // A packed archive is to be unpacked, although a search can read it.
  const wanted = { ...given, definition: { ...definition, readPacked: false } };
  const found = await verifyAsset(wanted, settings);
  if (isWhole(found)) return present(found, null);
  const source = assetSourceOf(name, definition, settings.mirror);
  const destination = join(settings.folder, source.place);
  const shadowedBy = found.path === destination ? null : found.path;
  const there = await verifyAsset({ ...wanted, candidates: [destination] }, settings);
  if (isWhole(there)) return present(there, shadowedBy);
  mustBeFree(name, destination);
  if (source.unpacksTo === undefined) await bring(name, source, destination, settings);
  else await bringFolder(wanted, source, destination, settings);
  return { status: 'fetched', path: destination, verified: checksumOf(source) !== null, shadowedBy };
}

/** Whether it matches all published sizes and checksums. */
function isWhole({ status }: AssetReport): boolean {
  return status === 'verified' || status === 'found';
}

function present({ path, status }: AssetReport, shadowedBy: string | null): Fetched {
  return { status: 'present', path, verified: status === 'verified', shadowedBy };
}

/** Refuses to replace a file of the user. */
function mustBeFree(name: string, path: string): void {
  if (!existsSync(path)) return;
  throw new MissingError(`${path} exists, and differs from the published file.`, {
    code: 'destination-occupied',
    nextSteps: [
      `Learn what differs: rminas assets verify ${name}`,
      'Move it away, or name another folder with --data.',
    ],
  });
}

/** Downloads a file, verifies it, and gives it its name. */
async function bring(name: string, source: AssetSource, target: string, settings: FetchSettings): Promise<void> {
  const { signal, idleTimeoutMs, pauseMs, onProgress } = settings;
  const part = new PartFile(target);
  const onBytes = (done: number, total: number | null) => onProgress?.({ name, step: 'downloading', done, total });
  await download({ url: source.url, bytes: source.bytes, part, signal, idleTimeoutMs, pauseMs, onBytes });
  const other = await otherChecksum(name, source, part.path, settings);
  if (other !== null) {
    await part.remove();
    throw new MissingError(`${source.url} sent a file that differs from the published one: ${other}.`, {
      code: 'checksum-mismatch',
      nextSteps: ['The download was removed. Try again, or name another server with --mirror.'],
    });
  }
  await part.becomeWhole(target);
}

/** Downloads and unpacks an archive. An archive that the user has put there is used and kept. */
async function bringFolder(
  wanted: Wanted,
  source: AssetSource,
  folder: string,
  settings: FetchSettings,
): Promise<void> {
  const { name } = wanted;
  const archive = join(settings.folder, source.name);
  const byHand = existsSync(archive);
  if (!byHand) await bring(name, source, archive, settings);
  else if ((await otherChecksum(name, source, archive, settings)) !== null) mustBeFree(name, archive);
  let done = 0;
  await unpack(archive, folder, {
    signal: settings.signal,
    onEntry: (bytes) => {
      done += bytes;
      settings.onProgress?.({ name, step: 'unpacking', done, total: null });
    },
    check: (unpacked) => mustBePublished({ ...wanted, candidates: [unpacked] }, archive, settings),
  });
  if (!byHand) await rm(archive, { force: true });
}

/** @throws MissingError naming the first file that is missing or wrong. */
async function mustBePublished(unpacked: Wanted, archive: string, settings: FetchSettings): Promise<void> {
  const report = await verifyAsset(unpacked, settings);
  if (isWhole(report)) return;
  const wrong = report.files.find((file) => file.status === 'wrong' || file.status === 'missing');
  const which = wrong === undefined ? 'it has none of the files' : `${basename(wrong.path)}: ${wrong.detail}`;
  throw new MissingError(`${archive} differs from the published archive: ${which}.`, { code: 'unexpected-archive' });
}

/** Describes a wrong kind or checksum; null when the checksum is right or not published. */
async function otherChecksum(
  name: string,
  source: AssetSource,
  path: string,
  { signal, onProgress }: FetchSettings,
): Promise<string | null> {
  const expected = checksumOf(source);
  if (expected === null) return null;
  const onBytes = (done: number) => onProgress?.({ name, step: 'verifying', done, total: source.bytes ?? null });
  try {
    const actual = await actualChecksum(path, expected, { signal, onBytes });
    return actual.digits === expected.digits ? null : describeMismatch(actual, expected);
  } catch (error) {
    if (error instanceof ReadError) return `it ${error.message}`;
    throw error;
  }
}
