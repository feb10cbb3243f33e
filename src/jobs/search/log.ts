import { appendFileSync } from 'node:fs';
import type { SearchStatus } from '../../strategies/strategy.js';
import type { RunEvent } from './events.js';

/** One line about an event for a log, or null for events that say nothing worth a line. */
export function describeEvent(event: RunEvent): string | null {
  switch (event.type) {
    case 'run-opened':
      return event.recorded > 0
        ? `resuming ${event.folder}: ${event.recorded} evaluations are kept`
        : `run ${event.folder}`;
    case 'run-prepared':
      return describePrepared(event);
    case 'proposed':
      return event.phase === 'warm-up' ? `warm-up: ${event.genotypes.length} architectures` : null;
    case 'evaluated':
      return 'failure' in event.outcome ? `${event.genotype} failed: ${event.outcome.failure}` : null;
    case 'observed':
      return describeObserved(event);
    case 'threshold-set':
      return `threshold ${event.threshold.toPrecision(6)}${event.note ? ` (${event.note})` : ''}`;
    case 'finished':
      return `found ${event.genotype} (${event.reason}; ${event.note})`;
    case 'notice':
      return event.text;
    case 'verifying':
      return null;
    case 'verified':
      return `verified ${event.genotype}: ${(100 * event.verification.accuracy).toFixed(2)} % held-out accuracy`;
    case 'benchmark-consulted':
      return event.report.note;
  }
}

function describePrepared({ hello, prepared }: Extract<RunEvent, { type: 'run-prepared' }>): string {
  const { batch, dataset } = prepared;
  return (
    `${hello.workers} worker(s) with ${hello.threads} thread(s) on ${hello.device}, torch ${hello.versions.torch ?? 'unknown'}; ` +
    `batch of ${batch.size} from ${dataset.images} images, teacher accuracy on it ${(100 * batch.teacherAccuracy).toFixed(1)} %`
  );
}

function describeObserved(event: Extract<RunEvent, { type: 'observed' }>): string {
  const { index, phase, genotype, loss, stopped, good, reused, status } = event;
  const verdict = good === null ? '' : good ? ` good ${describeSuccesses(status)}` : ' not good';
  const stop = stopped === null ? '' : ` (stopped at step ${stopped})`;
  const result = Number.isFinite(loss) ? `loss ${loss.toPrecision(6)}` : 'infinite loss';
  return `${phase} ${index + 1} ${genotype} ${result}${stop}${reused ? ' (duplicate)' : ''}${verdict}`;
}

/** e.g. `3/6`; without the number wanted where there is none. */
export function describeSuccesses({
  successes,
  successesWanted,
}: Pick<SearchStatus, 'successes' | 'successesWanted'>): string {
  return successesWanted === null ? `${successes}` : `${successes}/${successesWanted}`;
}

/** Appends dated lines to a run's log.txt. The log is for people: nothing is read back from it. */
export function createLog(file: string): (event: RunEvent) => void {
  return (event) => {
    const text = 'replayed' in event && event.replayed ? null : describeEvent(event);
    if (text !== null) appendToLog(file, text);
  };
}

/** Appends one dated line. */
export function appendToLog(file: string, text: string): void {
  appendFileSync(file, `${new Date().toISOString()} ${text}\n`);
}
