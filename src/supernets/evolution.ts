import type { ValuesOf } from '../definitions/key.js';
import type { EVOLUTION } from './keys.js';

/** The options of methods that compare paths by an evolution. */
export function evolutionOptions(values: ValuesOf<typeof EVOLUTION>): { population: number; generations: number } {
  return { population: values['ONESHOT.POPULATION'], generations: values['ONESHOT.GENERATIONS'] };
}
