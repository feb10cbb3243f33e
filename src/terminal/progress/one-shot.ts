import { createOneShotDescriber, type OneShotEvent } from '../../jobs/one-shot/events.js';
import { liveLine } from './live-line.js';
import type { Reporter } from './reporter.js';

/** Writes one line per epoch; on a terminal, a live line shows the epoch in progress. */
export function createOneShotReporter(stream: NodeJS.WriteStream): Reporter<OneShotEvent> {
  const describe = createOneShotDescriber();
  const live = liveLine(stream);
  return {
    show(event) {
      const text = describe(event);
      live.clear();
      if (text !== null) stream.write(`${text}\n`);
      if (event.type === 'training') live.write(`epoch ${event.done.toFixed(2)}/${event.total}, ${event.note}`);
    },
    end: live.clear,
  };
}
