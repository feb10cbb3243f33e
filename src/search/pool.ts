import { interrupted } from './interruption.js';

export interface PoolOptions<Item, Result> {
  readonly items: readonly Item[];
  /** How many may run side by side; asked again before each start, and taken as 1 when it is less. */
  readonly capacity: () => number;
  readonly run: (item: Item) => Promise<Result>;
  readonly signal: AbortSignal | undefined;
}

class Pool<Item, Result> {
  readonly #options: PoolOptions<Item, Result>;
  readonly #waiting: Item[];
  readonly #ready: Result[] = [];
  #running = 0;
  #stopped = false;
  /** In a box, since anything can be thrown. */
  #failure: { readonly error: unknown } | null = null;
  #wake = (): void => {};

  constructor(options: PoolOptions<Item, Result>) {
    this.#options = options;
    this.#waiting = [...options.items];
  }

  /** Starts what there is room for. */
  start(): void {
    if (this.#stopped) return;
    const room = Math.max(1, this.#options.capacity()) - this.#running;
    for (const item of this.#waiting.splice(0, Math.max(0, room))) {
      this.#running += 1;
      void this.#run(item);
    }
  }

  async #run(item: Item): Promise<void> {
    try {
      this.#ready.push(await this.#options.run(item));
    } catch (error) {
      this.#failure ??= { error };
      this.#stopped = true;
    }
    this.#running -= 1;
    this.start();
    this.#wake();
  }

  stop = (): void => {
    this.#stopped = true;
    this.#wake();
  };

  /** The next result; null when there is none to come. */
  async next(): Promise<Result | null> {
    for (;;) {
      const result = this.#ready.shift();
      if (result !== undefined) return result;
      if (this.#options.signal?.aborted && this.#waiting.length + this.#running > 0) throw interrupted();
      if (this.#running === 0) {
        if (this.#failure !== null) throw this.#failure.error;
        return null;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/**
 * Runs the items, a few side by side, and yields each result as it arrives. New ones start while the consumer is
 * busy with a result.
 *
 * A result that is there is always yielded. After a failure nothing new starts, the others are waited for, and then
 * the first failure is thrown. After an abort nothing new starts and nothing is waited for.
 */
export async function* runPool<Item, Result extends object>(
  options: PoolOptions<Item, Result>,
): AsyncGenerator<Result, void> {
  const pool = new Pool(options);
  options.signal?.addEventListener('abort', pool.stop);
  try {
    if (!options.signal?.aborted) pool.start();
    for (let result = await pool.next(); result !== null; result = await pool.next()) yield result;
  } finally {
    pool.stop();
    options.signal?.removeEventListener('abort', pool.stop);
  }
}
