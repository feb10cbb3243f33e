import type { Observed } from '../../search/events.js';
import type { SearchResult } from './result.js';

/**
 * What stopping futile trainings did, and what the audit found: an audited training that bounds would have stopped,
 * and that ended under the threshold, is a false stop.
 * @param steps losses of a whole training.
 */
export function reportFutility(
  observed: readonly Observed[],
  threshold: number | null,
  steps: number,
): NonNullable<SearchResult['futility']> {
  const stops = observed.flatMap(({ stopped, reused }) => (stopped === null || reused ? [] : [stopped]));
  const audited = observed.filter(({ audit }) => audit !== null);
  const crossed = audited.filter(({ audit }) => audit?.crossed != null);
  const falseStops = crossed.filter(({ loss }) => threshold !== null && loss < threshold).length;
  return {
    stopped: stops.length,
    stepsSaved: stops.reduce((sum, step) => sum + steps - step, 0),
    audited: audited.length,
    auditedStops: crossed.length,
    falseStops,
    falseStopRate: crossed.length === 0 ? null : falseStops / crossed.length,
  };
}
