/**
 * Values that runs share, one file each, in a folder that any number of processes and hosts may use at once. Nothing is
 * locked and no file is appended to, so the folder may be on a network file system.
 */
import { createHash } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ReadError, readTextBounded } from '../system/files.js';
import { makeFolder } from '../system/folders.js';
import { parseJson } from '../system/json.js';
import { makeRoom, removeFormerCaches, touch } from './cache-files.js';

/** The folder has one subfolder for each beginning of a name, and the limit is divided among them. */
const SHARDS = 256;
/** A value of a thousand steps takes a tenth of this. */
const MOST_BYTES = 1_048_576;

/** An architecture and the seed of its evaluation. */
interface CacheKey {
  readonly genotype: string;
  readonly seed: number;
}

export interface SharedCacheOptions {
  /** Folder of all caches. */
  readonly folder: string;
  /** SHA-256 of all that a value depends on, apart from genotype and seed. */
  readonly context: string;
  /** Bytes that all caches together may take. The least recently used files are removed first. */
  readonly limit: number;
  /** Called once, when the cache cannot be used. */
  readonly onProblem: (problem: string) => void;
}

/** The kind of value that a cache holds. */
export interface CachedKind<Value> {
  /** Name of the value in a file. */
  readonly name: string;
  readonly schema: z.ZodType<Value>;
}

/**
 * A file is written aside and renamed, and has a checksum: a torn, changed or foreign file counts as missing. A cache that
 * cannot be read or written does not end a run.
 */
export class SharedCache<Value> {
  readonly #options: SharedCacheOptions;
  readonly #kind: CachedKind<Value>;
  #usable = true;

  constructor(options: SharedCacheOptions, kind: CachedKind<Value>) {
    this.#options = options;
    this.#kind = kind;
    this.#attempt(() => {
      makeFolder(options.folder);
      removeFormerCaches(options.folder);
    });
  }

  find(key: CacheKey): Value | undefined {
    const { folder, file } = this.#placeOf(key);
    return this.#attempt(() => {
      const value = this.#valueIn(readFile(join(folder, file)), key);
      if (value !== undefined) touch(join(folder, file));
      return value;
    });
  }

  keep(key: CacheKey, value: Value): void {
    const { folder, file } = this.#placeOf(key);
    const { context, limit } = this.#options;
    const { genotype, seed } = key;
    this.#attempt(() => {
      makeFolder(folder);
      const draft = join(folder, `.${file}.${process.pid}.${hostname()}`);
      try {
        writeFileSync(draft, printFile({ context, genotype, seed, [this.#kind.name]: value }));
        renameSync(draft, join(folder, file));
      } catch (error) {
        rmSync(draft, { force: true });
        throw error;
      }
      // One file in sixteen looks at the size of its subfolder.
      if (file.startsWith('0')) makeRoom(folder, limit / SHARDS);
    });
  }

  #placeOf({ genotype, seed }: CacheKey): { readonly folder: string; readonly file: string } {
    const { folder, context } = this.#options;
    const digest = sha256(JSON.stringify([context, this.#kind.name, seed, genotype]));
    return { folder: join(folder, digest.slice(0, 2)), file: digest.slice(2) };
  }

  #valueIn(text: string | undefined, { genotype, seed }: CacheKey): Value | undefined {
    const { context } = this.#options;
    const content = text === undefined ? undefined : contentSchema.safeParse(contentOf(text)).data;
    const isOwn = content?.context === context && content.genotype === genotype && content.seed === seed;
    return isOwn ? this.#kind.schema.safeParse(content[this.#kind.name]).data : undefined;
  }

  #attempt<T>(work: () => T): T | undefined {
    if (!this.#usable) return undefined;
    try {
      return work();
    } catch (error) {
      this.#usable = false;
      this.#options.onProblem((error as Error).message);
      return undefined;
    }
  }
}

const contentSchema = z.looseObject({ context: z.string(), genotype: z.string(), seed: z.int() });

/** Undefined for a file that is missing, or of another kind or size. */
function readFile(file: string): string | undefined {
  try {
    return readTextBounded(file, MOST_BYTES);
  } catch (error) {
    if (error instanceof ReadError && error.problem !== 'unreadable') return undefined;
    throw error;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The checksum of the content, and the content. */
function printFile(content: object): string {
  const text = JSON.stringify(content);
  return `${sha256(text).slice(0, 16)} ${text}\n`;
}

function contentOf(text: string): unknown {
  const [, sum, content = ''] = /^([0-9a-f]{16}) (.*)\n$/.exec(text) ?? [];
  return sum === undefined || sum !== sha256(content).slice(0, 16) ? undefined : parseJson(content);
}
