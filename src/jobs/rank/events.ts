import { describePrepared, type Notice, type RunPrepared } from '../events.js';
import type { MeasuredEntry, TrainedEntry } from './journal.js';

/** The folder is open, and the measuring is about to start. */
export interface RankingOpened {
  readonly type: 'opened';
  readonly folder: string;
  /** Measurements that earlier rankings left. */
  readonly kept: number;
}

/** An architecture has been measured. */
export interface ArchitectureMeasured {
  readonly type: 'measured';
  /** The kind of measurement, in words. */
  readonly task: string;
  readonly done: number;
  /** Architectures that lacked something when it began. */
  readonly total: number;
  readonly genotype: string;
  readonly outcome: MeasuredEntry['outcome'];
}

/** An architecture has been trained, where accuracies come from trainings. */
export interface ArchitectureTrained extends Pick<TrainedEntry, 'genotype' | 'verification'> {
  readonly type: 'trained';
  readonly done: number;
  /** Architectures that were not trained when it began. */
  readonly total: number;
}

/** The events of a ranking. */
export type RankingEvent = RankingOpened | ArchitectureMeasured | ArchitectureTrained | RunPrepared | Notice;

/** One line about an event for a log. */
export function describeRankingEvent(event: RankingEvent): string {
  switch (event.type) {
    case 'opened':
      return `ranking ${event.folder}${event.kept > 0 ? `: ${event.kept} measurements are kept` : ''}`;
    case 'measured':
      return `${event.task} ${event.done}/${event.total} ${event.genotype} ${describeOutcome(event.outcome)}`;
    case 'trained':
      return `trained ${event.done}/${event.total} ${event.genotype} ${(100 * event.verification.accuracy).toFixed(2)} % held-out accuracy`;
    case 'run-prepared':
      return describePrepared(event);
    case 'notice':
      return event.text;
  }
}

export function describeOutcome(outcome: MeasuredEntry['outcome']): string {
  if ('failure' in outcome) return `failed: ${outcome.failure}`;
  return outcome.measurement.values
    .map(({ proxy, value }) => `${proxy} ${value === null ? 'none' : value.toPrecision(5)}`)
    .join(', ');
}
