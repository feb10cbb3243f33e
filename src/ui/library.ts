/** The runs below a folder, and what was read of them. */
import { readdirSync, realpathSync } from 'node:fs';
import { type FoundRun, findRuns } from './folder.js';
import { LiveReport, type LiveState } from './live-report.js';
import { ListedRun, type RunSummary } from './summary.js';

/** Milliseconds after which the folder is searched for new runs. */
const SEARCH_EVERY_MS = 2000;

export class RunLibrary {
  /** Absolute, without links. */
  readonly folder: string;
  readonly #listed = new Map<string, ListedRun>();
  readonly #reports = new Map<string, LiveReport>();
  #runs: ReadonlyMap<string, FoundRun> = new Map();
  #searchedAt = Number.NEGATIVE_INFINITY;

  /** @throws errors of node:fs for a folder that is not there */
  constructor(folder: string) {
    this.folder = realpathSync(folder);
    // It throws for a file, in which no run can be.
    readdirSync(this.folder);
    this.#search();
  }

  find(id: string): FoundRun | undefined {
    this.#search();
    return this.#runs.get(id);
  }

  /** Reads all journals on. */
  async list(): Promise<RunSummary[]> {
    this.#search();
    const summaries: RunSummary[] = [];
    for (const run of this.#runs.values()) {
      const listed = this.#listed.get(run.id) ?? new ListedRun(run);
      this.#listed.set(run.id, listed);
      await listed.readOn();
      summaries.push(listed.summary());
    }
    return summaries;
  }

  /** Undefined for a run that is not there. */
  reportOf(id: string): Promise<LiveState> | undefined {
    const run = this.find(id);
    if (run === undefined) return undefined;
    const report = this.#reports.get(id) ?? new LiveReport(run);
    this.#reports.set(id, report);
    return report.read();
  }

  #search(): void {
    if (performance.now() - this.#searchedAt < SEARCH_EVERY_MS) return;
    this.#runs = new Map(findRuns(this.folder).map((run) => [run.id, run]));
    this.#searchedAt = performance.now();
  }
}
