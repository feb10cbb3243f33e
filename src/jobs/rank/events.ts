import type { Notice, RunPrepared } from '../search/events.js';
import { describeEvent } from '../search/log.js';
import type { MeasuredEntry } from './journal.js';

/** The folder is there, and the measuring is about to start or to go on. */
export interface RankingOpened {
  readonly type: 'opened';
  readonly folder: string;
  /** Lines of measurements that earlier rankings left. */
  readonly kept: number;
}

/** An architecture has been measured. */
export interface ArchitectureMeasured {
  readonly type: 'measured';
  /** What is going on, in words. */
  readonly task: string;
  readonly done: number;
  /** Architectures that lacked something when it began. */
  readonly total: number;
  readonly genotype: string;
  readonly outcome: MeasuredEntry['outcome'];
}

/** Everything that a ranking tells while it goes on. */
export type RankingEvent = RankingOpened | ArchitectureMeasured | RunPrepared | Notice;

/** One line about an event; null for one that says nothing worth a line. */
export function describe(event: RankingEvent): string | null {
  switch (event.type) {
    case 'opened':
      return `ranking ${event.folder}${event.kept > 0 ? `: ${event.kept} measurements are kept` : ''}`;
    case 'measured':
      return `${event.task} ${event.done}/${event.total} ${event.genotype} ${describeOutcome(event.outcome)}`;
    default:
      return describeEvent(event);
  }
}

function describeOutcome(outcome: MeasuredEntry['outcome']): string {
  if ('failure' in outcome) return `failed: ${outcome.failure}`;
  return outcome.measurement.values
    .map(({ proxy, value }) => `${proxy} ${value === null ? 'none' : value.toPrecision(5)}`)
    .join(', ');
}
