import type { Notice } from '../events.js';
import type { SimulationRow } from './result.js';

/** All searches of a variant on a part have been simulated. */
export interface VariantSimulated {
  readonly type: 'variant-simulated';
  readonly name: string;
  readonly part: SimulationRow['part'];
  readonly searches: number;
  readonly seconds: number;
}

/** The events of a simulation. */
export type SimulationEvent = VariantSimulated | Notice;

/** One line about an event. */
export function describeSimulationEvent(event: SimulationEvent): string {
  if (event.type === 'notice') return event.text;
  const { name, part, searches, seconds } = event;
  return `${name}: ${searches} searches to ${part === 'choose' ? 'choose on' : 'report'} in ${seconds.toFixed(1)} s`;
}
