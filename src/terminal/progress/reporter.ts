import { follow, type Job } from '../../jobs/job.js';
import { withInterrupt } from '../interrupt.js';

/** Shows the events of a job during its run. Progress goes to stderr; stdout is reserved for data. */
export interface Reporter<Event> {
  show(event: Event): void;
  /** Restores the terminal. `ok` is false when the job failed. */
  end(ok: boolean): void | Promise<void>;
}

/**
 * Runs a job until it ends or Ctrl-C interrupts it, and shows its events.
 * @param start starts the job; its signal aborts at Ctrl-C and SIGTERM
 * @throws the error of the job
 */
export async function runJob<Event, Result>(
  start: (signal: AbortSignal) => Job<Event, Result>,
  reporter: Reporter<Event>,
): Promise<Result> {
  let ok = false;
  try {
    const result = await withInterrupt((signal) => follow(start(signal), reporter.show));
    ok = true;
    return result;
  } finally {
    await reporter.end(ok);
  }
}
