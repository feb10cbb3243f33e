import { InterruptedError } from '../../errors.js';
import { cacheLimit } from '../../evaluators/shared-scores.js';
import { openRunFolder } from '../../store/folder.js';
import { lockRunFolder } from '../../store/lock.js';
import { drive } from './drive.js';
import type { RunEvent } from './events.js';
import { type NewRun, planNewRun, planResumedRun, type ResumedRun, type RunPlan } from './open-run.js';
import type { SearchResult } from './result.js';

export interface CommonOptions {
  /** The Python interpreter to use; by default RMINAS_PYTHON, .venv, the active environment, or python3. */
  readonly python?: string | undefined;
  /** Ends the run; nothing that the journal holds is lost. */
  readonly signal?: AbortSignal | undefined;
  /** Whether scores of other runs are taken, and left to others; true by default. */
  readonly cache?: boolean | undefined;
}

/** A search, new or resumed. */
export type SearchOptions = (NewRun | ResumedRun) & CommonOptions;

/** A search that goes on by itself: its events may be read or not. */
export interface SearchRun extends AsyncIterable<RunEvent> {
  /** @throws UsageError, e.g. while another process works on the run; MissingError, SidecarError or InterruptedError */
  readonly result: Promise<SearchResult>;
}

/**
 * Searches for an architecture as `rminas search` does.
 *
 * @example
 * const run = search({ cfg: 'configs/quickstart.yaml' });
 * for await (const event of run) if (event.type === 'observed') console.error(event.genotype, event.loss);
 * const { genotype } = await run.result;
 */
export function search(options: SearchOptions): SearchRun {
  let events: ReadableStreamDefaultController<RunEvent> | undefined;
  const stream = new ReadableStream<RunEvent>({
    start: (controller) => {
      events = controller;
    },
    cancel: () => {
      events = undefined;
    },
  });
  const result = begin(options, (event) => events?.enqueue(event));
  // The iteration ends with the run either way; a failure is told once, by the result.
  const end = () => events?.close();
  result.then(end, end);
  return { result, [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator]() };
}

async function begin(options: SearchOptions, emit: (event: RunEvent) => void): Promise<SearchResult> {
  if (!('resume' in options)) return work(await planNewRun(options), options, emit);
  // Before the journal is read: what another process still appends would be cut off.
  const lock = lockRunFolder(openRunFolder(options.resume));
  try {
    return await work(await planResumedRun(options), options, emit);
  } finally {
    lock.release();
  }
}

async function work(run: RunPlan, options: CommonOptions, emit: (event: RunEvent) => void): Promise<SearchResult> {
  const limit = (options.cache ?? true) ? cacheLimit() : 0;
  const signal = options.signal ?? new AbortController().signal;
  let folder: string | undefined = run.earlier?.folder.path;
  try {
    return await drive({
      run,
      python: options.python,
      cacheLimit: limit,
      signal,
      emit: (event) => {
        if (event.type === 'run-opened') folder = event.folder;
        emit(event);
      },
    });
  } catch (error) {
    if (signal.aborted) throw interrupted(folder, error);
    throw error;
  }
}

function interrupted(folder: string | undefined, cause: unknown): InterruptedError {
  const nextSteps = folder === undefined ? [] : [`Go on with: rminas search --resume ${folder}`];
  return new InterruptedError('The search was interrupted; what it evaluated is kept.', {
    code: 'interrupted',
    nextSteps,
    cause,
  });
}
