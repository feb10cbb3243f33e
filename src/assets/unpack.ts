import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { extract } from 'tar';
import { MissingError } from '../errors.js';
import { ReadError, withFile } from '../system/files.js';
import { makeFolder } from '../system/folders.js';
import { storing } from './failures.js';

/** A data set of photographs or of pixels is compressed to much more than this share. */
const MOST_EXPANSION = 64;

export interface UnpackOptions {
  /** Called with the bytes of each entry. */
  readonly onEntry: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Throws to reject the unpacked folder. */
  readonly check: (folder: string) => Promise<void>;
}

/**
 * Unpacks the single folder of a tar archive, compressed or not, and moves it to its place in one step.
 * @param folder absolute path; its name is the archive's folder
 * @throws MissingError for a broken archive, an archive with a link, a device or a path out of its folder, and a full
 *   disk. It leaves no files then.
 */
export async function unpack(archive: string, folder: string, options: UnpackOptions): Promise<void> {
  const { signal, onEntry, check } = options;
  const name = basename(folder);
  const workshop = `${archive}.unpacking`;
  const room = MOST_EXPANSION * sizeOf(archive);
  await storing(workshop, () => rm(workshop, { recursive: true, force: true }));
  await storing(workshop, async () => makeFolder(workshop));
  try {
    let refused: string | null = null;
    let unpacked = 0;
    const filter = (path: string, entry: object): boolean => {
      const type = 'type' in entry ? entry.type : 'entry';
      const size = 'size' in entry ? Number(entry.size) : 0;
      unpacked += size;
      refused ??= objectionTo(path, String(type), name);
      if (unpacked > room) refused ??= `it holds more than ${room} bytes`;
      if (refused !== null || signal?.aborted) return false;
      onEntry(size);
      return true;
    };
    const extracted = extract({ file: archive, cwd: workshop, strict: true, preserveOwner: false, filter });
    await extracted.catch((cause: unknown) => failure(archive, workshop, refused, cause));
    if (refused !== null) throw unsafe(archive, refused);
    signal?.throwIfAborted();
    await check(join(workshop, name));
    await storing(folder, async () => makeFolder(dirname(folder)));
    await storing(folder, () => rename(join(workshop, name), folder));
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

function sizeOf(archive: string): number {
  try {
    return withFile(archive, Number.POSITIVE_INFINITY, (_, size) => size);
  } catch (cause) {
    if (!(cause instanceof ReadError)) throw cause;
    throw new MissingError(`${archive} ${cause.message}.`, { code: 'corrupt-archive', cause });
  }
}

/** The reason to reject an entry, or null. */
function objectionTo(path: string, type: string, name: string): string | null {
  const segments = path.split(/[/\\]/);
  if (segments[0] !== name || segments.includes('..')) return `${path} lies outside of ${name}`;
  // Old archives call a file OldFile, or ContiguousFile for one stored in one piece.
  const plain = ['File', 'OldFile', 'ContiguousFile', 'Directory', 'GNUDumpDir'];
  return plain.includes(type) ? null : `${path} is a ${type}`;
}

async function failure(archive: string, workshop: string, refused: string | null, cause: unknown): Promise<never> {
  if (refused !== null) throw unsafe(archive, refused);
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (/^E[A-Z]+$/.test(code)) await storing(workshop, () => Promise.reject(cause));
  throw new MissingError(`${archive} is broken or incomplete: ${message}`, { code: 'corrupt-archive', cause });
}

function unsafe(archive: string, objection: string): MissingError {
  return new MissingError(`${archive} is not safe to unpack: ${objection}.`, { code: 'unsafe-archive' });
}
