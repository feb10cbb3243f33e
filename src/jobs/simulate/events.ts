import { describePrepared, type Notice, type RunPrepared } from '../events.js';
import { describeOutcome } from '../rank/events.js';
import type { MeasuredEntry } from '../rank/journal.js';
import type { SimulationRow } from './result.js';

/** All searches of a variant on a part have been simulated. */
export interface VariantSimulated {
  readonly type: 'variant-simulated';
  readonly name: string;
  readonly part: SimulationRow['part'];
  readonly searches: number;
  readonly seconds: number;
}

/** An architecture that the table lacked has been measured. */
export interface MissingMeasured extends Pick<MeasuredEntry, 'genotype' | 'outcome'> {
  readonly type: 'measured';
  /** Measurements of this session so far, and the most that it may make. */
  readonly measured: number;
  readonly limit: number;
  /** Seed of the batch. */
  readonly batch: number;
}

/** The events of a simulation. */
export type SimulationEvent = VariantSimulated | MissingMeasured | RunPrepared | Notice;

/** One line about an event. */
export function describeSimulationEvent(event: SimulationEvent): string {
  switch (event.type) {
    case 'notice':
      return event.text;
    case 'run-prepared':
      return describePrepared(event);
    case 'measured': {
      const { measured, limit, batch, genotype, outcome } = event;
      return `measured ${measured} of at most ${limit}: batch ${batch} ${genotype} ${describeOutcome(outcome)}`;
    }
    case 'variant-simulated': {
      const { name, part, searches, seconds } = event;
      return `${name}: ${searches} searches to ${part === 'choose' ? 'choose on' : 'report'} in ${seconds.toFixed(1)} s`;
    }
  }
}
