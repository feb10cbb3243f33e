import { createRetrainingDescriber, type RetrainingEvent } from '../../jobs/retrain/events.js';
import { liveLine } from './live-line.js';
import type { Reporter } from './reporter.js';

/** Writes one line per epoch; on a terminal, a live line shows the epochs in progress. */
export function createRetrainingReporter(stream: NodeJS.WriteStream): Reporter<RetrainingEvent> {
  const describe = createRetrainingDescriber();
  const live = liveLine(stream);
  const inProgress = new Map<number, string>();
  return {
    show(event) {
      const text = describe(event);
      live.clear();
      if (text !== null) stream.write(`${text}\n`);
      if (event.type === 'training') {
        inProgress.set(event.seed, `seed ${event.seed} ${event.done.toFixed(2)}/${event.total}`);
      }
      if (event.type === 'trained') inProgress.delete(event.seed);
      if (inProgress.size > 0) live.write(`epochs: ${[...inProgress.values()].join(' · ')}`);
    },
    end: live.clear,
  };
}
