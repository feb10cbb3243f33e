import { searchInterrupted } from './interruption.js';

export interface PoolOptions<Item, Result> {
  readonly items: readonly Item[];
  /** How many may run in parallel. Called before each start; a value below 1 counts as 1. */
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
  /** In an object, because any value can be thrown. */
  #failure: { readonly error: unknown } | null = null;
  #wake = (): void => {};

  constructor(options: PoolOptions<Item, Result>) {
    this.#options = options;
    this.#waiting = [...options.items];
  }

  /** Starts as many items as the capacity allows. */
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

  /** The next result; null after the last one. */
  async next(): Promise<Result | null> {
    for (;;) {
      const result = this.#ready.shift();
      if (result !== undefined) return result;
      if (this.#options.signal?.aborted && this.#waiting.length + this.#running > 0) throw searchInterrupted();
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
 * Runs the items, some of them in parallel, and yields each result as it arrives. New items start while the consumer
 * works on a result.
 *
 * Every available result is yielded. After a failure no item starts, the running ones are awaited, and then the first
 * failure is thrown. After an abort no item starts, and the running ones are not awaited.
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
