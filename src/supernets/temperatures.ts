import type { ValuesOf } from '../definitions/key.js';
import { UsageError } from '../errors.js';
import type { TEMPERATURES } from './keys.js';

/** @throws UsageError for a list that does not have two temperatures */
export function temperaturesOf(values: ValuesOf<typeof TEMPERATURES>): {
  firstTemperature: number;
  lastTemperature: number;
} {
  const [last, first] = values['DRNAS.TAU'];
  if (last !== undefined && first !== undefined) return { firstTemperature: first, lastTemperature: last };
  throw new UsageError(`DRNAS.TAU has ${values['DRNAS.TAU'].length} numbers, and must have two.`, {
    code: 'out-of-range',
    nextSteps: ['Give the temperatures of the last and the first epoch: DRNAS.TAU [0.1, 10]'],
  });
}
