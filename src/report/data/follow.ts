/** The records of a search that may be at work. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { UsageError } from '../../errors.js';
import type { RecordedRun } from '../../export/run.js';
import { SEARCH_JOURNAL, type SearchHeader, type SearchLine } from '../../jobs/search/journal.js';
import { resultSchema, type SearchResult } from '../../jobs/search/result.js';
import { type JobFolder, jobFolderAt } from '../../store/folder.js';
import { JournalTail } from '../../store/journal-tail.js';
import { readTextBounded } from '../../system/files.js';
import { parseJson } from '../../system/json.js';
import { plannedRecords, searchState } from './read.js';
import { accuraciesOf } from './search/accuracies.js';
import type { SearchRecords } from './search/records.js';

const MOST_RESULT_BYTES = 2 ** 26;
const lineSchema = z.object({ at: z.int(), entry: SEARCH_JOURNAL.entries });

export class FollowedSearch {
  readonly #folder: JobFolder;
  readonly #configuration: RecordedRun['configuration'];
  readonly #tail: JournalTail;
  #lines: SearchLine[] = [];
  #planned: Pick<SearchRecords, 'planned' | 'problem'> | undefined;

  /** @param configuration reads the configuration of the search, once */
  constructor(path: string, configuration: RecordedRun['configuration']) {
    this.#folder = jobFolderAt(path);
    this.#configuration = configuration;
    this.#tail = new JournalTail(this.#folder.journal);
  }

  /** By what was read so far. */
  state(): SearchRecords['state'] {
    return searchState(this.#folder.path, this.#lines);
  }

  /**
   * Reads the journal on.
   * @throws ZodError for a line that is not one of a search; UsageError before the journal has its header
   */
  async readOn(): Promise<SearchRecords> {
    const { path } = this.#folder;
    await this.#tail.readOn(
      (json) => this.#lines.push(lineSchema.parse(json) as SearchLine),
      () => {
        this.#lines = [];
      },
    );
    const header = this.#lines[0]?.entry;
    if (header?.type !== 'run') {
      throw new UsageError('The journal of this search does not begin with its header yet.', {
        code: 'corrupt-journal',
        nextSteps: ['Wait until the search has begun.'],
      });
    }
    this.#planned ??= await plannedRecords(this.#configuration);
    const records = {
      folder: path,
      state: this.state(),
      header: header as SearchHeader,
      lines: this.#lines,
      ...this.#planned,
      result: resultIn(this.#folder),
    };
    return { ...records, accuracies: await accuraciesOf(records) };
  }
}

/** Null before the search has ended. */
function resultIn({ result }: JobFolder): SearchResult | null {
  if (!existsSync(result)) return null;
  return resultSchema.parse(parseJson(readTextBounded(result, MOST_RESULT_BYTES)));
}
