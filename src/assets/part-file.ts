/** The half of a download that is there already: `<name>.part`, and beside it what the server said of the whole. */
import { constants } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { storing } from './failures.js';

const originSchema = z.object({
  /** Strong ETag or date of the whole, as If-Range takes it; null where the server gave none. */
  validator: z.string().nullable(),
  /** Size of the whole in bytes; null where the server did not say. */
  total: z.number().int().nonnegative().nullable(),
});
/** What tells whether the server still has the file that a download began with. */
export type Origin = z.infer<typeof originSchema>;

export interface Part extends Origin {
  /** Bytes that are there. */
  readonly bytes: number;
}

export class PartFile {
  readonly path: string;
  readonly #origin: string;

  /** @param target where the whole file will be */
  constructor(target: string) {
    this.path = `${target}.part`;
    this.#origin = `${this.path}.json`;
  }

  /** What can be continued, or null: nothing can without knowing what it is the beginning of. */
  async read(): Promise<Part | null> {
    const bytes = await this.bytes();
    if (bytes === 0) return null;
    try {
      const origin = originSchema.parse(JSON.parse(await readFile(this.#origin, 'utf8')));
      return origin.validator === null && origin.total === null ? null : { ...origin, bytes };
    } catch {
      return null;
    }
  }

  async bytes(): Promise<number> {
    return (await stat(this.path).catch(() => null))?.size ?? 0;
  }

  /**
   * Begins anew, or goes on behind the bytes that are there.
   * @param start bytes to keep: none, or all of them
   * @throws MissingError
   */
  async write(start: number, origin: Origin, content: AsyncIterable<Uint8Array>): Promise<void> {
    const { O_CREAT, O_WRONLY, O_APPEND, O_TRUNC } = constants;
    const file = await storing(this.path, async () => {
      await mkdir(dirname(this.path), { recursive: true });
      // Until the new beginning is there, no origin may vouch for the old one.
      if (start === 0) await rm(this.#origin, { force: true });
      const opened = await open(this.path, O_CREAT | O_WRONLY | O_APPEND | (start === 0 ? O_TRUNC : 0));
      await writeFile(this.#origin, JSON.stringify(origin));
      return opened;
    });
    try {
      for await (const chunk of content) await storing(this.path, () => file.appendFile(chunk));
      await storing(this.path, () => file.sync());
    } finally {
      await file.close();
    }
  }

  /** Gives the whole file its name, in one step. */
  async becomeWhole(target: string): Promise<void> {
    await storing(target, () => rename(this.path, target));
    await rm(this.#origin, { force: true });
  }

  async remove(): Promise<void> {
    await storing(this.path, () => rm(this.path, { force: true }));
    await rm(this.#origin, { force: true });
  }
}
