/** The report of a run, which follows its journal. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { loadConfig } from '../config/index.js';
import { SEARCH_JOURNAL, type SearchHeader, type SearchLine } from '../jobs/search/journal.js';
import { resultSchema, type SearchResult } from '../jobs/search/result.js';
import { plannedRecords, readRunReport, searchState } from '../report/data/read.js';
import type { RunReport } from '../report/data/schema.js';
import { accuraciesOf } from '../report/data/search/accuracies.js';
import type { SearchRecords } from '../report/data/search/records.js';
import { searchReportOf } from '../report/data/search/search-report.js';
import { jobFolderAt } from '../store/folder.js';
import { readTextBounded } from '../system/files.js';
import { parseJson } from '../system/json.js';
import type { FoundRun } from './folder.js';
import { stampOf } from './summary.js';
import { JournalTail } from './tail.js';

const MOST_RESULT_BYTES = 2 ** 26;
const lineSchema = z.object({ at: z.int(), entry: SEARCH_JOURNAL.entries });

/** A report, or why there is none at this moment. */
export type LiveState = { readonly report: RunReport } | { readonly problem: string };

export class LiveReport {
  readonly #run: FoundRun;
  #tail: JournalTail;
  #lines: SearchLine[] = [];
  #planned: Pick<SearchRecords, 'planned' | 'problem'> | undefined;
  #stamp = '';
  #state: LiveState = { problem: 'Reading …' };
  #reading: Promise<LiveState> | undefined;

  constructor(run: FoundRun) {
    this.#run = run;
    this.#tail = new JournalTail(jobFolderAt(run.path).journal);
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
      this.#state = { report: kind === 'search' ? await this.#search() : await readRunReport(path) };
    } catch (error) {
      // A damaged journal is read from its beginning again when it changes.
      this.#tail = new JournalTail(jobFolderAt(path).journal);
      this.#state = { problem: `${this.#run.name}: ${problemOf(error)}` };
    }
    return this.#state;
  }

  /** Changes when the process of a search ends, which need not change its journal. */
  #lock(): string {
    try {
      return this.#run.kind === 'search' ? searchState(this.#run.path, this.#lines) : '';
    } catch {
      return 'gone';
    }
  }

  async #search(): Promise<RunReport> {
    const { path } = this.#run;
    await this.#tail.readOn(
      (json) => this.#lines.push(lineSchema.parse(json) as SearchLine),
      () => {
        this.#lines = [];
      },
    );
    const header = this.#lines[0]?.entry;
    if (header?.type !== 'run') throw new Error('The journal of this search does not begin with its header yet.');
    // Plugins that a configuration names do not run here: looking at a run must not run code of its folder.
    this.#planned ??= await plannedRecords(() => loadConfig({ file: jobFolderAt(path).config }));
    const records = {
      folder: path,
      state: searchState(path, this.#lines),
      header: header as SearchHeader,
      lines: this.#lines,
      ...this.#planned,
      result: resultIn(path),
    };
    return searchReportOf({ ...records, accuracies: await accuraciesOf(records) });
  }
}

/** Null before the search has ended. */
function resultIn(path: string): SearchResult | null {
  const { result } = jobFolderAt(path);
  if (!existsSync(result)) return null;
  return resultSchema.parse(parseJson(readTextBounded(result, MOST_RESULT_BYTES)));
}

function problemOf(error: unknown): string {
  if (error instanceof z.ZodError) return 'a line of its journal is not one that this version can read.';
  return (error as Error).message;
}
