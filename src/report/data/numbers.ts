/** Numbers as a report writes them. */
import { counted as countedPlainly } from '../../system/units.js';

export function significant(value: number | null | undefined, digits = 4): string {
  return value === null || value === undefined ? 'none' : value.toPrecision(digits);
}

export function grouped(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 2 });
}

export function percentOf(share: number, digits = 0): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** `1 training`, `2,000 trainings`. */
export function counted(count: number, noun: string): string {
  return countedPlainly(count, noun, grouped(count));
}
