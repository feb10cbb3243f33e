import { follow } from '../jobs/job.js';
import { describeSearchEvent, type SearchJobEvent } from '../jobs/search/events.js';
import type { SearchResult } from '../jobs/search/result.js';
import type { SearchJob } from '../jobs/search/search.js';
import { createLiveReporter } from './live-reporter.js';

/** Shows a run's events while it goes on. */
export interface Reporter {
  show(event: SearchJobEvent): void;
  /** Leaves the terminal as it was; `ok` is false when the run ended in an error. */
  end(ok: boolean): Promise<void>;
}

/** Shows a run to its end, and answers its result. */
export async function showRun(job: SearchJob): Promise<SearchResult> {
  const reporter = createReporter(process.stderr);
  let ok = false;
  try {
    const result = await follow(job, reporter.show);
    ok = true;
    return result;
  } finally {
    await reporter.end(ok);
  }
}

/** Live lines on a terminal, plain log lines anywhere else. Progress goes to stderr: stdout is data. */
export function createReporter(stream: NodeJS.WriteStream): Reporter {
  return stream.isTTY ? createLiveReporter(stream) : createPlainReporter(stream);
}

function createPlainReporter(stream: NodeJS.WritableStream): Reporter {
  return {
    show(event) {
      const replayed = 'replayed' in event && event.replayed;
      const text = replayed ? null : describeSearchEvent(event);
      if (text !== null) stream.write(`${text}\n`);
    },
    async end() {},
  };
}
