import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ReadError } from '../system/files.js';
import { makeFolder } from '../system/folders.js';
import { parseJson } from '../system/json.js';
import { makeRoom, readLinesFrom, touch } from './cache-files.js';

const EXTENSION = '.jsonl';
/** The size of the folder is checked again after this share of its limit has been added. */
const MEASURED_EVERY = 1 / 16;
/** A file larger than this share of the limit is not a cache. */
const MOST_GROWTH = 2;

/** An architecture and the seed of its evaluation. */
interface CacheKey {
  readonly genotype: string;
  readonly seed: number;
}

/** A line has a checksum of its content. Lines that are torn or changed are ignored. */
const LINE = /^\{"sum":"([0-9a-f]{16})","score":(.*)\}$/;

export interface SharedCacheOptions {
  /** Folder of all caches, with a file for each context. */
  readonly folder: string;
  /** SHA-256 of all that a value depends on, apart from genotype and seed. */
  readonly context: string;
  /** Bytes that all caches together may take. The least recently used file is removed first. */
  readonly limit: number;
  /** Called once, when the cache cannot be used. */
  readonly onProblem: (problem: string) => void;
}

/** The kind of value that a cache holds. */
export interface CachedKind<Value> {
  /** Name of the value in a line. */
  readonly name: string;
  readonly schema: z.ZodType<Value>;
}

/**
 * Values that all runs share. Any number of processes may read and extend a cache at once: a value is one line, appended
 * by one write. A cache that cannot be read or written does not end a run.
 */
export class SharedCache<Value> {
  readonly #options: SharedCacheOptions;
  readonly #kind: CachedKind<Value>;
  readonly #file: string;
  readonly #known = new Map<string, Value>();
  #read = 0;
  #added = 0;
  #usable = true;

  constructor(options: SharedCacheOptions, kind: CachedKind<Value>) {
    this.#options = options;
    this.#kind = kind;
    this.#file = join(options.folder, `${options.context}${EXTENSION}`);
    this.#attempt(() => {
      makeFolder(options.folder);
      touch(this.#file);
      makeRoom(options.folder, EXTENSION, options.limit);
    });
  }

  find(key: CacheKey): Value | undefined {
    if (!this.#known.has(nameOf(key))) this.#attempt(() => this.#readOn());
    return this.#known.get(nameOf(key));
  }

  keep({ genotype, seed }: CacheKey, value: Value): void {
    this.#known.set(nameOf({ genotype, seed }), value);
    this.#attempt(() => this.#append(lineOf({ genotype, seed, [this.#kind.name]: value })));
  }

  #readOn(): void {
    // Other processes may add to the file before they look at the limit again.
    const largest = this.#options.limit * MOST_GROWTH;
    this.#read = readLinesFrom(this.#file, this.#read, largest, (line) => this.#take(line));
  }

  #take(line: string): void {
    const { name, schema } = this.#kind;
    const content = contentOf(line);
    const key = keySchema.safeParse(content);
    const value = schema.safeParse(key.success ? key.data[name] : undefined);
    if (key.success && value.success) this.#known.set(nameOf(key.data), value.data);
  }

  #append(line: string): void {
    const { folder, limit } = this.#options;
    appendFileSync(this.#file, line);
    this.#added += line.length;
    if (this.#added < limit * MEASURED_EVERY) return;
    this.#added = 0;
    makeRoom(folder, EXTENSION, limit);
  }

  #attempt(work: () => void): void {
    if (!this.#usable) return;
    try {
      work();
    } catch (error) {
      this.#usable = false;
      const { message } = error as Error;
      this.#options.onProblem(error instanceof ReadError ? `${this.#file} ${message}` : message);
    }
  }
}

const keySchema = z.looseObject({ genotype: z.string(), seed: z.int() });

function nameOf({ genotype, seed }: CacheKey): string {
  return `${seed} ${genotype}`;
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Begins with a line break, so that a torn line of another process does not damage it. */
function lineOf(content: object): string {
  const text = JSON.stringify(content);
  return `\n{"sum":"${sumOf(text)}","score":${text}}\n`;
}

function contentOf(line: string): unknown {
  const [, sum, text = ''] = LINE.exec(line) ?? [];
  return sum === undefined || sum !== sumOf(text) ? undefined : parseJson(text);
}
