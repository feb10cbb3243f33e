import type { RunEvent } from '../jobs/search/events.js';
import { describeEvent } from '../jobs/search/log.js';
import type { SearchResult } from '../jobs/search/result.js';
import type { SearchRun } from '../jobs/search/search-run.js';
import { createLiveReporter } from './live-reporter.js';

/** Shows a run's events while it goes on. */
export interface Reporter {
  show(event: RunEvent): void;
  /** Leaves the terminal as it was; `ok` is false when the run ended in an error. */
  end(ok: boolean): Promise<void>;
}

/** Shows a run to its end, and answers its result. */
export async function showRun(run: SearchRun): Promise<SearchResult> {
  const reporter = createReporter(process.stderr);
  let ok = false;
  try {
    for await (const event of run) reporter.show(event);
    const result = await run.result;
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
      const text = replayed ? null : describeEvent(event);
      if (text !== null) stream.write(`${text}\n`);
    },
    async end() {},
  };
}
