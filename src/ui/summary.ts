/** What the list says about each run. */
import { existsSync, statSync } from 'node:fs';
import { z } from 'zod';
import { loadConfig } from '../config/index.js';
import { shellWord } from '../installation/paths.js';
import { ONE_SHOT_JOURNAL } from '../jobs/one-shot/journal.js';
import { RETRAINING_JOURNAL } from '../jobs/retrain/journal.js';
import { SEARCH_JOURNAL } from '../jobs/search/journal.js';
import { FollowedSearch } from '../report/data/follow.js';
import type { RunReport } from '../report/data/schema.js';
import { scoredHistory } from '../report/data/search/history.js';
import type { SearchRecords } from '../report/data/search/records.js';
import { jobFolderAt } from '../store/folder.js';
import { JournalTail } from '../store/journal-tail.js';
import { isLocked } from '../store/lock.js';
import { counted } from '../system/units.js';
import type { FoundRun } from './folder.js';

/** A row of the list. */
export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly kind: RunReport['kind'];
  readonly state: RunReport['state'];
  readonly progress: string;
  /** The lowest value of the run's objective; null where there is none yet, or the objective is not known. */
  readonly bestLoss: number | null;
  readonly evaluations: number;
  /** Of evaluations, summed over workers. */
  readonly seconds: number;
  /** Of the last line of the journal, in ms since 1970; null before it was read. */
  readonly changedAt: number | null;
  /** The command that resumes it; null for a finished run. */
  readonly resume: string | null;
}

const lineSchema = z.looseObject({ at: z.number(), entry: z.looseObject({ type: z.string() }) });
const headerSchema = z.looseObject({ settings: z.record(z.string(), z.unknown()).optional() });
const proposedSchema = z.looseObject({ phase: z.string(), genotypes: z.array(z.string()) });
const epochSchema = z.looseObject({ done: z.number(), total: z.number() });
const evaluatedSchema = z.looseObject({
  outcome: z.looseObject({
    cached: z.boolean().optional(),
    evaluation: z
      .looseObject({ loss: z.number().nullable(), seconds: z.number(), stopped: z.number().nullish() })
      .optional(),
  }),
});

const NOTHING = {
  proposed: 0,
  evaluated: 0,
  seconds: 0,
  best: Number.POSITIVE_INFINITY,
  phase: 'warm-up',
  epochs: '',
  at: 0,
};
/** The commands that resume runs, without their folders. */
const RESUME: Partial<Record<RunReport['kind'], string | null>> = {
  search: SEARCH_JOURNAL.resume,
  'one-shot': ONE_SHOT_JOURNAL.resume,
  retraining: RETRAINING_JOURNAL.resume,
};

/** A run of the list, which reads its journal on. */
export class ListedRun {
  readonly run: FoundRun;
  readonly #tail: JournalTail;
  #count = { ...NOTHING };
  #settings: Readonly<Record<string, unknown>> = {};
  #finished = false;
  /** Scores the history of a search whose objective is not the training loss. */
  readonly #search: FollowedSearch;

  constructor(run: FoundRun) {
    this.run = run;
    this.#search = followedSearch(run);
    this.#tail = new JournalTail(jobFolderAt(run.path).journal);
  }

  async readOn(): Promise<void> {
    try {
      const isNew = await this.#tail.readOn(
        (json) => this.#take(json),
        () => {
          this.#count = { ...NOTHING };
          this.#finished = false;
        },
      );
      if (isNew && this.run.kind === 'search' && !this.#isLoss())
        this.#count.best = bestOf(await this.#search.readOn());
    } catch {
      // A journal that cannot be read keeps what was read of it; its own page says why.
    }
  }

  summary(): RunSummary {
    const { id, name, kind, path } = this.run;
    const { evaluated, seconds, best, at } = this.#count;
    const state = this.#state();
    const command = RESUME[kind] ?? null;
    return {
      ...{ id, name, kind, state, seconds },
      progress: this.#progress(),
      bestLoss: Number.isFinite(best) ? best : null,
      evaluations: evaluated,
      changedAt: at === 0 ? null : at,
      resume: state === 'finished' || command === null ? null : `${command} ${shellWord(path)}`,
    };
  }

  #isLoss(): boolean {
    return (this.#settings['RMINAS.OBJECTIVE'] ?? 'rmi') === 'rmi';
  }

  #state(): RunReport['state'] {
    const folder = jobFolderAt(this.run.path);
    const ended = this.run.kind === 'search' ? this.#finished : true;
    if (ended && existsSync(folder.result)) return 'finished';
    try {
      return isLocked(folder) ? 'running' : 'interrupted';
    } catch {
      return 'interrupted';
    }
  }

  #progress(): string {
    const { proposed, evaluated, phase, epochs } = this.#count;
    if (this.run.kind === 'one-shot') return epochs;
    if (this.run.kind !== 'search') return '';
    if (this.#finished) return counted(proposed, 'architecture');
    const warmup = Number(this.#settings['RMINAS.RF_WARMUP']);
    if (phase === 'warm-up')
      return Number.isFinite(warmup) ? `warm-up, ${evaluated} of ${warmup}` : `warm-up, ${evaluated}`;
    return `guided, ${counted(proposed, 'architecture')}`;
  }

  #take(json: unknown): void {
    const { at, entry } = lineSchema.parse(json);
    const count = this.#count;
    count.at = at;
    if (entry.type === 'run') this.#settings = headerSchema.parse(entry).settings ?? {};
    if (entry.type === 'finished') this.#finished = true;
    if (entry.type === 'epoch') {
      const { done, total } = epochSchema.parse(entry);
      count.epochs = `one-shot, ${done} of ${counted(total, 'epoch')}`;
    }
    if (entry.type === 'proposed') {
      const { phase, genotypes } = proposedSchema.parse(entry);
      count.phase = phase;
      count.proposed += genotypes.length;
    }
    if (entry.type !== 'evaluated') return;
    const { evaluation, cached } = evaluatedSchema.parse(entry).outcome;
    count.evaluated += 1;
    if (!evaluation) return;
    if (!cached) count.seconds += evaluation.seconds;
    if (evaluation.loss !== null && !evaluation.stopped && this.#isLoss())
      count.best = Math.min(count.best, evaluation.loss);
  }
}

/** The lowest value among trainings that were not stopped; infinite without the run's objective. */
function bestOf(records: SearchRecords): number {
  if (records.planned === null) return Number.POSITIVE_INFINITY;
  const whole = scoredHistory(records).entries.filter(
    ({ outcome }) => 'evaluation' in outcome && (outcome.evaluation.stopped ?? null) === null,
  );
  return whole.reduce((best, { loss }) => Math.min(best, loss), Number.POSITIVE_INFINITY);
}

/** Plugins that a configuration names do not run here: looking at a run must not run code of its folder. */
export function followedSearch({ path }: FoundRun): FollowedSearch {
  return new FollowedSearch(path, () => loadConfig({ file: jobFolderAt(path).config }));
}

/** Changes when the files of a run do. */
export function stampOf(path: string): string {
  const folder = jobFolderAt(path);
  return [folder.journal, folder.result]
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((stats) => `${stats?.ino}:${stats?.size}:${stats?.mtimeMs}`)
    .join();
}
