/** How often each block of this program's code ran, by V8's own counters. */
import { type Profiler, Session } from 'node:inspector';

/** Counts of the same size are one feature: a loop that ran 5 times is not news after 6. */
const sizeOf = (count: number): number => Math.floor(Math.log2(count));

/** Counts the blocks that run between two looks. */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();
  readonly #counted: RegExp;

  /** @param counted URLs of the scripts whose blocks count */
  constructor(counted: RegExp) {
    this.#counted = counted;
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Number of blocks seen so far; a block counts once for each size of its count. */
  get size(): number {
    return this.#seen.size;
  }

  /** Whether blocks ran since the last look that never ran so often before. Sets the counters to zero. */
  look(): boolean {
    const before = this.#seen.size;
    const { result } = this.#post<Profiler.TakePreciseCoverageReturnType>('Profiler.takePreciseCoverage');
    for (const { scriptId, url, functions } of result) {
      if (!this.#counted.test(url)) continue;
      for (const { startOffset, endOffset, count } of functions.flatMap(({ ranges }) => ranges)) {
        if (count > 0) this.#seen.add(`${scriptId}:${startOffset}:${endOffset}:${sizeOf(count)}`);
      }
    }
    return this.#seen.size > before;
  }

  stop(): void {
    this.#post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  /** The session is of this thread, so it answers before `post` returns. */
  #post<Result>(method: string, parameters?: object): Result {
    let answer: unknown;
    this.#session.post(method, parameters, (error, result) => {
      if (error !== null) throw new Error(`${method}: ${error.message}`);
      answer = result;
    });
    return answer as Result;
  }
}
