/** Looks for an asset, and compares it with the published one. */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type AssetDefinition,
  type AssetForm,
  allPlaces,
  formsOf,
  type KnownFile,
  packedFiles,
} from '../definitions/asset.js';
import { actualChecksum, checksumOf, describeChecksum, describeMismatch } from './checksum.js';
import { findAsset, findDataset } from './locate.js';
import type { AssetReport, FileReport, ShowProgress } from './report.js';
import type { Wanted } from './selection.js';

export interface VerifyAssetOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ShowProgress | undefined;
}

/** Looks for the asset and checks sizes. A data set may lack files: a search uses the part that exists. */
export async function lookFor({ name, kind, definition, origin, candidates }: Wanted): Promise<AssetReport> {
  const about = {
    name,
    kind,
    places: definition === null ? [] : allPlaces(definition),
    lookedFor: candidates,
    download: definition?.download ?? null,
  };
  if (definition === null) {
    return {
      ...about,
      title: origin ?? 'ships with rminas',
      status: 'shipped',
      path: null,
      files: [],
      instructions: [],
    };
  }
  const path = await findDataset(definition, candidates);
  const files = path === null ? [] : await Promise.all((await publishedFiles(definition, path)).map(lookAt));
  const status = path === null ? 'missing' : files.some((file) => file.status === 'wrong') ? 'wrong' : 'found';
  return { ...about, title: definition.title, status, path, files, instructions: definition.instructions };
}

/**
 * Compares every file of the asset with the published one: its size and its checksum, as far as they are known.
 * @throws the reason of the signal
 */
export async function verifyAsset(wanted: Wanted, options: VerifyAssetOptions = {}): Promise<AssetReport> {
  const report = await lookFor(wanted);
  if (wanted.definition === null || report.path === null) return report;
  const files: FileReport[] = [];
  const published = await publishedFiles(wanted.definition, report.path);
  for (const [index, file] of published.entries()) {
    const seen = report.files[index] ?? (await lookAt(file));
    files.push(seen.status === 'found' ? await compare(wanted.name, file.known, seen, options) : seen);
  }
  return { ...report, files, status: worst(files) };
}

interface PublishedFile {
  readonly path: string;
  readonly known: KnownFile;
}

/** The files that an asset at `path` should consist of, in the form that is there. */
async function publishedFiles(asset: AssetDefinition, path: string): Promise<PublishedFile[]> {
  if (asset.files.length === 0) return [{ path, known: asset.download ?? { name: basename(path) } }];
  const packed = packedFiles(asset).map((archive) => ({ places: [], files: [archive] }));
  const forms: AssetForm[] = [...formsOf(asset), ...packed];
  let found: AssetForm = asset;
  for (const form of forms.toReversed()) if ((await findAsset(form.files, [path])) !== null) found = form;
  return [...found.files, ...(found.heldOut ?? [])].map((known) => ({ path: join(path, known.name), known }));
}

async function lookAt({ path, known }: PublishedFile): Promise<FileReport> {
  const found = await stat(path).catch(() => null);
  if (found === null) return { path, status: 'missing', bytes: null, detail: 'it does not exist' };
  const folder = known.name.endsWith('/');
  if (folder ? !found.isDirectory() : !found.isFile()) {
    return { path, status: 'wrong', bytes: null, detail: `it is not a ${folder ? 'folder' : 'file'}` };
  }
  if (folder) return { path, status: 'found', bytes: null, detail: null };
  const { size } = found;
  if (known.bytes === undefined || known.bytes === size) return { path, status: 'found', bytes: size, detail: null };
  return { path, status: 'wrong', bytes: size, detail: `it has ${size} bytes instead of ${known.bytes}` };
}

async function compare(
  name: string,
  known: KnownFile,
  seen: FileReport,
  { signal, onProgress }: VerifyAssetOptions,
): Promise<FileReport> {
  const expected = checksumOf(known);
  if (expected === null) return seen;
  const onBytes = (done: number) => onProgress?.({ name, step: 'verifying', done, total: seen.bytes });
  try {
    const actual = await actualChecksum(seen.path, expected, { signal, onBytes });
    if (actual.digits === expected.digits) return { ...seen, status: 'verified', detail: describeChecksum(expected) };
    return { ...seen, status: 'wrong', detail: describeMismatch(actual, expected) };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { ...seen, status: 'wrong', detail: `it cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}

/** A missing file makes the asset wrong. */
function worst(files: readonly FileReport[]): AssetReport['status'] {
  if (files.some(({ status }) => status === 'wrong' || status === 'missing')) return 'wrong';
  return files.every(({ status }) => status === 'verified') ? 'verified' : 'found';
}
