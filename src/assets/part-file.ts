/** An unfinished download, `<name>.part`, and beside it the server's description of the whole file. */
import { constants } from 'node:fs';
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { readTextBounded } from '../system/files.js';
import { makeFolder } from '../system/folders.js';
import { parseJson } from '../system/json.js';
import { storing } from './failures.js';

const MOST_ORIGIN_BYTES = 4096;
const originSchema = z.object({
  /** Strong ETag or date of the whole file, for If-Range; null when the server gave none. */
  validator: z.string().nullable(),
  /** Size of the whole file in bytes; null when the server did not give it. */
  total: z.number().int().nonnegative().nullable(),
});
/** Identifies the file on the server that a download began with. */
export type DownloadOrigin = z.infer<typeof originSchema>;

export interface Part extends DownloadOrigin {
  /** Bytes downloaded so far. */
  readonly bytes: number;
}

export class PartFile {
  readonly path: string;
  readonly #origin: string;

  /** @param target path of the complete file */
  constructor(target: string) {
    this.path = `${target}.part`;
    this.#origin = `${this.path}.json`;
  }

  /** The part to continue; null without one, and for a part of an unknown file. */
  async read(): Promise<Part | null> {
    const bytes = await this.bytes();
    if (bytes === 0) return null;
    try {
      const origin = originSchema.parse(parseJson(readTextBounded(this.#origin, MOST_ORIGIN_BYTES)));
      return origin.validator === null && origin.total === null ? null : { ...origin, bytes };
    } catch {
      return null;
    }
  }

  async bytes(): Promise<number> {
    return (await stat(this.path).catch(() => null))?.size ?? 0;
  }

  /**
   * Writes the part from its beginning, or after its present bytes.
   * @param start bytes to keep: none, or all of them
   * @throws MissingError
   */
  async write(start: number, origin: DownloadOrigin, content: AsyncIterable<Uint8Array>): Promise<void> {
    // A FIFO without a reader must fail, not block.
    const { O_CREAT, O_WRONLY, O_APPEND, O_TRUNC, O_NONBLOCK = 0 } = constants;
    const file = await storing(this.path, async () => {
      makeFolder(dirname(this.path));
      // The old origin must be gone before the old bytes are overwritten.
      if (start === 0) await rm(this.#origin, { force: true });
      return open(this.path, O_CREAT | O_WRONLY | O_APPEND | O_NONBLOCK | (start === 0 ? O_TRUNC : 0));
    });
    try {
      await storing(this.path, () => writeFile(this.#origin, JSON.stringify(origin)));
      for await (const chunk of content) await storing(this.path, () => file.appendFile(chunk));
      await storing(this.path, () => file.sync());
    } finally {
      await file.close();
    }
  }

  /** Renames the complete file in one step. */
  async becomeWhole(target: string): Promise<void> {
    await storing(target, () => rename(this.path, target));
    await rm(this.#origin, { force: true });
  }

  async remove(): Promise<void> {
    await storing(this.path, () => rm(this.path, { force: true }));
    await rm(this.#origin, { force: true });
  }
}
