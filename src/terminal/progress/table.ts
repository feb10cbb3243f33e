import { describeTableEvent, type TableEvent } from '../../jobs/table/events.js';
import { liveLine } from './live-line.js';
import type { Reporter } from './reporter.js';

/** Writes plain lines. On a terminal, one live line replaces the line per measurement. */
export function createTableReporter(stream: NodeJS.WriteStream): Reporter<TableEvent> {
  const live = liveLine(stream);
  return {
    show(event) {
      const text = describeTableEvent(event);
      live.clear();
      if (event.type === 'measured' && stream.isTTY) live.write(text.slice(0, Math.max(20, stream.columns - 1)));
      else stream.write(`${text}\n`);
    },
    end: live.clear,
  };
}
