import { describePrepared } from '../../jobs/events.js';
import type { PlanEvent } from '../../jobs/plan/machine.js';
import type { Reporter } from './reporter.js';

/** Writes one line for each part of a plan. */
export function createPlanReporter(stream: NodeJS.WritableStream): Reporter<PlanEvent> {
  return {
    show(event) {
      stream.write(`${describe(event)}\n`);
    },
    end() {},
  };
}

function describe(event: PlanEvent): string {
  switch (event.type) {
    case 'plan-step':
      return event.doing;
    case 'run-prepared':
      return describePrepared(event);
    case 'notice':
      return event.text;
  }
}
