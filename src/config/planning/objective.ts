/** What a configuration wants to be minimised. */
import {
  OBJECTIVES,
  type ObjectiveChoice,
  readSeries,
  readObjective as readWithin,
  type SeriesChoice,
} from '../../objectives/index.js';
import { PROXIES } from '../../proxies/index.js';
import type { Values } from '../schema/ranges.js';

export type { SeriesChoice } from '../../objectives/index.js';

/** The objective that RMINAS.OBJECTIVE names. @throws UsageError as {@link readObjective} */
export function chooseObjective(values: Values, steps: number): ObjectiveChoice {
  return readObjective(values['RMINAS.OBJECTIVE'], 'RMINAS.OBJECTIVE', values, steps);
}

/**
 * @param text the name of an objective or of a proxy
 * @param where the key or option with the text, for messages
 * @param steps losses that a training observes
 * @throws UsageError for an unknown name, and for an aggregate that is malformed
 */
export function readObjective(text: string, where: string, values: Values, steps: number): ObjectiveChoice {
  return readWithin(text, { objectives: OBJECTIVES, proxies: PROXIES, values, where, steps });
}

/** RMINAS.BENCHMARK_SERIES; null when it is empty. @throws UsageError when it is malformed */
export function chooseSeries(values: Values): SeriesChoice | null {
  return readSeries(values['RMINAS.BENCHMARK_SERIES']);
}
