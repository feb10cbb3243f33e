/** The report of a run, which follows its journal. */
import { z } from 'zod';
import type { FollowedSearch } from '../report/data/follow.js';
import { readRunReport } from '../report/data/read.js';
import type { RunReport } from '../report/data/schema.js';
import { searchReportOf } from '../report/data/search/search-report.js';
import type { FoundRun } from './folder.js';
import { followedSearch, stampOf } from './summary.js';

/** A report, or why there is none at this moment. */
export type LiveState = { readonly report: RunReport } | { readonly problem: string };

export class LiveReport {
  readonly #run: FoundRun;
  #search: FollowedSearch;
  #stamp = '';
  #state: LiveState = { problem: 'Reading …' };
  #reading: Promise<LiveState> | undefined;

  constructor(run: FoundRun) {
    this.#run = run;
    this.#search = followedSearch(run);
  }

  /** Reads what is new. Readers at the same time share one reading. */
  read(): Promise<LiveState> {
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readOn(): Promise<LiveState> {
    const { path, kind } = this.#run;
    const stamp = `${stampOf(path)} ${this.#lock()}`;
    if (stamp === this.#stamp) return this.#state;
    this.#stamp = stamp;
    try {
      this.#state = {
        report: kind === 'search' ? searchReportOf(await this.#search.readOn()) : await readRunReport(path),
      };
    } catch (error) {
      // A damaged journal is read from its beginning again when it changes.
      this.#search = followedSearch(this.#run);
      this.#state = { problem: `${this.#run.name}: ${problemOf(error)}` };
    }
    return this.#state;
  }

  /** Changes when the process of a search ends, which need not change its journal. */
  #lock(): string {
    try {
      return this.#run.kind === 'search' ? this.#search.state() : '';
    } catch {
      return 'gone';
    }
  }
}

function problemOf(error: unknown): string {
  if (error instanceof z.ZodError) return 'a line of its journal is not one that this version can read.';
  return (error as Error).message;
}
