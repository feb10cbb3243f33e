import { describeRankingEvent, type RankingEvent } from '../../jobs/rank/events.js';
import { liveLine } from './live-line.js';
import type { Reporter } from './reporter.js';

/** Writes plain lines. On a terminal, one live line replaces the line per architecture. */
export function createRankingReporter(stream: NodeJS.WriteStream): Reporter<RankingEvent> {
  const live = liveLine(stream);
  return {
    show(event) {
      const text = describeRankingEvent(event);
      live.clear();
      if (event.type === 'measured' && stream.isTTY) live.write(text.slice(0, Math.max(20, stream.columns - 1)));
      else stream.write(`${text}\n`);
    },
    end: live.clear,
  };
}
