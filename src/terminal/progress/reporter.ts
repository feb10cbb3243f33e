import { follow, interruptionOf, type Job } from '../../jobs/job.js';
import { describeError } from '../error.js';
import { withInterrupt } from '../interrupt.js';
import { writeBeforeExit } from '../output.js';

/** Shows the events of a job during its run. Progress goes to stderr; stdout is reserved for data. */
export interface Reporter<Event> {
  show(event: Event): void;
  /** Restores the terminal. `ok` is false when the job failed. */
  end(ok: boolean): void | Promise<void>;
}

/**
 * Runs a job until it ends or Ctrl-C interrupts it, and shows its events.
 * @param start starts the job; its signal is aborted by Ctrl-C, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU
 * @throws the error of the job
 */
export async function runJob<Event, Result>(
  start: (signal: AbortSignal) => Job<Event, Result>,
  reporter: Reporter<Event>,
): Promise<Result> {
  let ok = false;
  let job: Job<Event, Result> | undefined;
  const work = (signal: AbortSignal) => {
    job = start(signal);
    return follow(job, reporter.show);
  };
  // At a second Ctrl-C the job does not end, so its error is printed here.
  const onExit = () => {
    void reporter.end(false);
    if (job !== undefined) writeBeforeExit(describeError(interruptionOf(job)));
  };
  try {
    const result = await withInterrupt(work, onExit);
    ok = true;
    return result;
  } finally {
    await reporter.end(ok);
  }
}
