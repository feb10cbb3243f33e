import { describeSimulationEvent, type SimulationEvent } from '../../jobs/simulate/events.js';
import type { Reporter } from './reporter.js';

/** Writes a line for each event. */
export function createSimulationReporter(stream: NodeJS.WriteStream): Reporter<SimulationEvent> {
  return { show: (event) => void stream.write(`${describeSimulationEvent(event)}\n`), end: () => {} };
}
