import { withProgramCommand } from '../../installation/program.js';
import { describeSearchEvent, type SearchJobEvent } from '../../jobs/search/events.js';
import { createLiveReporter } from './live-reporter.js';
import type { Reporter } from './reporter.js';

/** Shows a search: live lines on a terminal, plain log lines elsewhere. */
export function createSearchReporter(stream: NodeJS.WriteStream): Reporter<SearchJobEvent> {
  return stream.isTTY ? createLiveReporter(stream) : createPlainReporter(stream);
}

/** Writes one line for each event. */
export function createPlainReporter(stream: NodeJS.WritableStream): Reporter<SearchJobEvent> {
  return {
    show(event) {
      const replayed = 'replayed' in event && event.replayed;
      const text = replayed ? null : describeSearchEvent(event);
      if (text !== null) stream.write(`${withProgramCommand(text)}\n`);
    },
    end() {},
  };
}
