import { describePrepared, type Notice, type RunPrepared } from '../events.js';
import { describeOutcome } from '../rank/events.js';
import type { MeasuredEntry } from '../rank/journal.js';

/** The table's folder is open, and the measuring is about to start. */
export interface TableOpened {
  readonly type: 'opened';
  readonly folder: string;
  /** Measurements that earlier sessions left. */
  readonly kept: number;
}

/** An architecture has been measured on one batch. */
export interface TableMeasured extends Pick<MeasuredEntry, 'genotype' | 'outcome'> {
  readonly type: 'measured';
  readonly done: number;
  /** Measurements that were missing when the session began. */
  readonly total: number;
  /** Seed of the batch. */
  readonly batch: number;
}

/** The events of building a table. */
export type TableEvent = TableOpened | TableMeasured | RunPrepared | Notice;

/** One line about an event for a log. */
export function describeTableEvent(event: TableEvent): string {
  switch (event.type) {
    case 'opened':
      return `table ${event.folder}${event.kept > 0 ? `: ${event.kept} measurements are kept` : ''}`;
    case 'measured':
      return `measured ${event.done}/${event.total} batch ${event.batch} ${event.genotype} ${describeOutcome(event.outcome)}`;
    case 'run-prepared':
      return describePrepared(event);
    case 'notice':
      return event.text;
  }
}
