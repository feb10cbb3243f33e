/** Logs a job while it runs. A log that fails never harms the job: a notice tells of it. */
import { setTimeout } from 'node:timers/promises';
import { withProgramCommand } from '../installation/program.js';
import type { Notice } from '../jobs/events.js';
import { interruptionOf, type Job, startJob } from '../jobs/job.js';
import { withArtifacts } from './artifacts.js';
import { openLog } from './entries/read.js';
import { logCommand, type RunLog } from './run-log.js';
import { SinkProcess } from './sink-process.js';
import { type LogTarget, parseTarget } from './target.js';

/** Milliseconds between two looks at the journal. */
const LOOK_EVERY_MS = 2000;
/** A look that takes long is taken less often: its time counts so many times as the pause after it. */
const PAUSE = 10;
/** How long a tool may take at the end of a job, and after an interruption, in ms. */
const GRACE_MS = { finished: 60_000, interrupted: 5000 };

/** The events of a job, as its log reads them. */
export interface LoggedEvents<Event> {
  /** The folder that an event opens; undefined for other events. */
  readonly folderOf: (event: Event) => string | undefined;
  readonly notice: (notice: Notice) => Event;
}

export interface FollowOptions<Event> {
  /** As {@link parseTarget} reads them. Without any, the job runs as it is. */
  readonly to: readonly string[];
  readonly python?: string | undefined;
  readonly events: LoggedEvents<Event>;
}

/**
 * Starts a job that is logged while it runs.
 * @param start starts the job itself
 * @throws UsageError `unknown-sink` at once
 */
export function startLogged<Event, Result>(
  start: (signal: AbortSignal) => Job<Event, Result>,
  { to, python, events }: FollowOptions<Event>,
): (signal: AbortSignal) => Job<Event, Result> {
  const targets = to.map(parseTarget);
  if (targets.length === 0) return start;
  return (signal) => {
    let inner: Job<Event, Result> | undefined;
    const interruption = () => {
      const { message, nextSteps } = inner === undefined ? { message: '', nextSteps: [] } : interruptionOf(inner);
      return { message, nextSteps: [...nextSteps] };
    };
    return startJob<Event, Result>({ signal, interruption }, async (context) => {
      const job = start(context.signal);
      inner = job;
      const notify = (text: string) => context.emit(events.notice({ type: 'notice', text }));
      const logs: FollowingLog[] = [];
      try {
        for await (const event of job) {
          const folder = events.folderOf(event);
          if (folder !== undefined)
            logs.push(...targets.map((target) => new FollowingLog(folder, target, python, notify)));
          context.emit(event);
        }
        return await job.result;
      } finally {
        await Promise.all(logs.map((log) => log.end()));
      }
    });
  };
}

/** The log of one run in one tool, which follows the journal. */
class FollowingLog {
  readonly #folder: string;
  readonly #target: LogTarget;
  readonly #notify: (text: string) => void;
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;
  #sent = 0;
  #begun = false;
  #problem: string | null = null;

  constructor(folder: string, target: LogTarget, python: string | undefined, notify: (text: string) => void) {
    this.#folder = folder;
    this.#target = target;
    this.#notify = notify;
    this.#following = this.#follow(python).catch((error: Error) => {
      const later = `Log the run later with: ${logCommand(folder, target.text)}`;
      this.#problem = `${error.message} ${withProgramCommand(later)}`;
      notify(this.#problem);
    });
  }

  /** Writes what is left, when the job has ended. Never rejects. */
  async end(): Promise<void> {
    // A notice from the middle of a job has scrolled away by now.
    const told = this.#problem;
    this.#stop.abort();
    await this.#following;
    if (told !== null) this.#notify(told);
  }

  async #follow(python: string | undefined): Promise<void> {
    const { signal } = this.#stop;
    const sink = await SinkProcess.start(this.#target, python);
    const failed = new AbortController();
    void sink.ended.then(() => failed.abort());
    const wake = AbortSignal.any([signal, failed.signal]);
    try {
      const read = openLog(this.#folder);
      while (!wake.aborted) {
        const begun = performance.now();
        this.#send(sink, await read());
        const took = performance.now() - begun;
        await setTimeout(Math.max(LOOK_EVERY_MS, PAUSE * took), undefined, { signal: wake }).catch(() => {});
      }
      if (!failed.signal.aborted) return await this.#finish(sink, await read());
      await sink.finish(0);
    } finally {
      sink.kill();
    }
  }

  #send(sink: SinkProcess, { run, scalars }: RunLog): void {
    if (!this.#begun) sink.write([run]);
    this.#begun = true;
    if (scalars.length === this.#sent) return;
    sink.write([...scalars.slice(this.#sent), { type: 'flush' }]);
    this.#sent = scalars.length;
  }

  async #finish(sink: SinkProcess, log: RunLog): Promise<void> {
    this.#send(sink, log);
    if (log.state !== 'finished') {
      sink.write([{ type: 'end', state: 'interrupted' }]);
      await sink.finish(GRACE_MS.interrupted);
      return;
    }
    const location = await withArtifacts(this.#folder, (files) => {
      sink.write([...(log.answer === null ? [] : [log.answer]), ...files, { type: 'end', state: 'finished' }]);
      return sink.finish(GRACE_MS.finished);
    });
    this.#notify(`logged to ${this.#target.text}: ${location}`);
  }
}
