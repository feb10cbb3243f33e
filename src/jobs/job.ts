/** The form of all jobs of the Node API: an async-iterable object with a promise of the result. */
import { z } from 'zod';
import { InterruptedError, interrupted } from '../errors.js';
import { pathOption } from '../installation/paths.js';
import { abortSignal, callback, checkArgument, type OptionShape } from '../options.js';
import type { JobListener } from '../store/job-store.js';

/**
 * A running job. It starts immediately and continues whether or not its events are read. Events are kept until they are
 * read, and each is read once.
 *
 * - A failed job rejects `result`. An iteration reads the events before the failure and then throws the same error.
 * - `break`, or an error thrown in the loop, ends the job in order, like an abort of its signal. The loop ends after the
 *   job, and `result` rejects with InterruptedError. A failure before the `break` is thrown by the loop.
 * - A failure is never silent. If neither the events nor `result` are read, it is an unhandled rejection. An iteration
 *   throws it, and `result` need not be read then.
 */
export interface Job<Event, Result> extends AsyncIterable<Event> {
  /** @throws UsageError, MissingError, SidecarError, or InterruptedError after an abort or a `break` */
  readonly result: Promise<Result>;
}

/** Options of all jobs. */
export interface JobOptions {
  /** The Python interpreter to use; by default RMINAS_PYTHON, .venv, the active environment, or python3. */
  readonly python?: string | undefined;
  /** Ends the job; nothing that its journal holds is lost. */
  readonly signal?: AbortSignal | undefined;
}

export const JOB_OPTIONS: OptionShape<JobOptions> = {
  python: pathOption.optional(),
  signal: abortSignal.optional(),
};

/** The connection of the work to its job: it emits events and sees the interruption. */
export interface JobContext<Event> extends JobListener<Event> {
  /** Aborts when the job is to end. */
  readonly signal: AbortSignal;
}

export interface StartJobOptions {
  readonly signal: AbortSignal | undefined;
  /** The words of an InterruptedError. @param folder where the job is; undefined before it has a folder */
  readonly interruption: (folder: string | undefined) => { readonly message: string; readonly nextSteps: string[] };
}

/** Starts a job once its options are checked: a wrong option rejects the result at once. */
export function startChecked<Options extends JobOptions, Event, Result>(
  check: () => Options,
  { interruption }: Pick<StartJobOptions, 'interruption'>,
  work: (options: Options, context: JobContext<Event>) => Promise<Result>,
): Job<Event, Result> {
  let options: Options;
  try {
    options = check();
  } catch (error) {
    return startJob({ signal: undefined, interruption }, () => Promise.reject(error));
  }
  return startJob({ signal: options.signal, interruption }, (context) => work(options, context));
}

/** Starts a job. */
export function startJob<Event, Result>(
  { signal: outer, interruption }: StartJobOptions,
  work: (context: JobContext<Event>) => Promise<Result>,
): Job<Event, Result> {
  const stop = new AbortController();
  const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
  const events = new EventQueue<Event>();
  let folder: string | undefined;
  let failure: Error | undefined;
  const context: JobContext<Event> = {
    signal,
    emit: (event) => events.push(event),
    opened: (path) => {
      folder = path;
    },
    fail: (error) => {
      failure ??= error;
      stop.abort();
    },
  };
  const interruptedBy = (cause: unknown) => {
    const { message, nextSteps } = interruption(folder);
    return [message, { code: 'interrupted', nextSteps, cause }] as const;
  };
  const errorOf = (cause: unknown) => {
    if (failure !== undefined || !signal.aborted) return failure ?? cause;
    return new InterruptedError(...interruptedBy(cause));
  };
  // Events must end inside `run`: a handler on its promise would mark every failure as handled.
  const run = async () => {
    try {
      const answer = await work(context);
      events.end();
      return answer;
    } catch (cause) {
      const error = errorOf(cause);
      events.end({ error });
      throw error;
    }
  };
  const result = run();
  const job = { result, [Symbol.asyncIterator]: () => iterate(events, result, () => stop.abort()) };
  interruptions.set(job, () => new InterruptedError(...interruptedBy(undefined)));
  return job;
}

/** The error of an interruption of a job at this moment, with the command that resumes it. */
export function interruptionOf(job: Job<unknown, unknown>): InterruptedError {
  return interruptions.get(job)?.() ?? interrupted('The job was interrupted.');
}

const interruptions = new WeakMap<object, () => InterruptedError>();

const jobOption = z.custom<object>(
  (job) => Symbol.asyncIterator in Object(job) && 'result' in Object(job),
  'a job, as search() returns it',
);

/**
 * Reads a job's events to their end.
 * @returns its result
 * @throws UsageError `invalid-option`, and the error of the job
 */
export async function follow<Event, Result>(job: Job<Event, Result>, show: (event: Event) => void): Promise<Result> {
  checkArgument('follow()', 'job', jobOption, job);
  checkArgument('follow()', 'show', callback(), show);
  for await (const event of job) show(event);
  return job.result;
}

function iterate<Event>(
  events: EventQueue<Event>,
  result: Promise<unknown>,
  stop: () => void,
): AsyncIterator<Event, undefined> {
  // From now on the iteration reports a failure.
  result.catch(() => {});
  return {
    next: () => events.next(),
    async return() {
      stop();
      events.close();
      await result.catch((error: unknown) => {
        if (!(error instanceof InterruptedError)) throw error;
      });
      return { done: true, value: undefined };
    },
  };
}

/** Events that wait to be read, and how they end. */
class EventQueue<Event> {
  #events: Event[] = [];
  #ended: { readonly error?: unknown } | undefined;
  #waiting: (() => void)[] = [];
  #closed = false;

  push(event: Event): void {
    if (this.#closed) return;
    this.#events.push(event);
    this.#waiting.shift()?.();
  }

  /** @param failure the error that the last reader gets */
  end(failure: { readonly error?: unknown } = {}): void {
    this.#ended = failure;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Drops the remaining events, which will not be read. */
  close(): void {
    this.#closed = true;
    this.#events = [];
    this.end();
  }

  async next(): Promise<IteratorResult<Event, undefined>> {
    for (;;) {
      const [event] = this.#events.splice(0, 1);
      if (event !== undefined) return { done: false, value: event };
      const ended = this.#ended;
      if (ended !== undefined) {
        this.#ended = {};
        if ('error' in ended) throw ended.error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((wake) => {
        this.#waiting.push(wake);
      });
    }
  }
}
