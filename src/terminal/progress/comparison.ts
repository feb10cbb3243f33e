import type { ComparisonEvent } from '../../jobs/compare/events.js';
import { counted } from '../units.js';
import { liveLine } from './live-line.js';
import type { Reporter } from './reporter.js';

/** Writes one line per finished search; on a terminal, a live line shows the searches in progress. */
export function createComparisonReporter(stream: NodeJS.WriteStream): Reporter<ComparisonEvent> {
  const live = liveLine(stream);
  const inProgress = new Map<string, number>();
  const noticed = new Set<string>();
  let done = 0;
  let total = 0;
  return {
    show(event) {
      if (event.type === 'comparison-opened') total = event.runs;
      if (event.type === 'run-completed' || event.type === 'run-failed') done += 1;
      // Similar searches emit the same notices.
      if (event.type === 'notice' && noticed.has(event.text)) return;
      if (event.type === 'notice') noticed.add(event.text);
      const text = describeComparisonEvent(event, `${done}/${total}`);
      live.clear();
      if (text !== null) stream.write(`${text}\n`);
      if (event.type === 'run-advanced') inProgress.set(`${event.row} seed ${event.seed}`, event.architectures);
      else if ('row' in event && event.type !== 'notice') inProgress.delete(`${event.row} seed ${event.seed}`);
      if (inProgress.size > 0) live.write([...inProgress].map(([name, count]) => `${name}: ${count}`).join(' · '));
    },
    end: live.clear,
  };
}

function describeComparisonEvent(event: ComparisonEvent, progress: string): string | null {
  switch (event.type) {
    case 'benchmark-found':
      return event.note;
    case 'comparison-opened':
      return counted(event.runs, 'search');
    case 'run-advanced':
      return null;
    case 'run-completed':
      return `${progress} ${event.row}, seed ${event.seed}: ${counted(event.architectures, 'architecture')}`;
    case 'run-failed':
      return `${progress} ${event.row}, seed ${event.seed} failed: ${event.reason}`;
    case 'notice':
      return event.text;
  }
}
