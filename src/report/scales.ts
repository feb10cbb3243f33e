import { scaleLinear, scaleLog } from 'd3-scale';

export interface Axis {
  readonly label: string;
  /** Logarithmic; only positive values can be shown. Linear by default. */
  readonly log?: boolean;
}

export interface Scale {
  /** The position of a value, in pixels. */
  readonly at: (value: number) => number;
  /** Marked values with their labels. A label is empty if it would lie too close to another one. */
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

const TICKS = 6;
/** The largest magnitude on an axis: beyond it, distances overflow. Logarithmic axes also end at its inverse. */
const LARGEST = 1e300;
/** Relative difference below which ticks cannot distinguish two values. */
const INDISTINCT = 1e-9;

/** Whether an axis can show a value. */
export function canShow({ log = false }: Axis, value: number): boolean {
  return Math.abs(value) <= LARGEST && (!log || value >= 1 / LARGEST);
}

/** A scale over all values that the axis can show. Without values, it covers 0 to 1, or 1 to 10 if logarithmic. */
export function scaleOf(axis: Axis, values: readonly number[], range: readonly [number, number]): Scale {
  const { log = false } = axis;
  const shown = values.filter((value) => canShow(axis, value));
  const domain = domainOf(shown, log);
  // A logarithmic axis is not rounded to whole decades, which would leave much of it empty.
  const scale = log ? scaleLog(domain, range) : scaleLinear(domain, range).nice();
  const format = scale.tickFormat(TICKS, log ? '~g' : undefined);
  return { at: (value) => scale(value), ticks: scale.ticks(TICKS).map((value) => ({ value, text: format(value) })) };
}

/** From the lowest to the highest value, widened if they are nearly equal. */
function domainOf(values: readonly number[], log: boolean): [number, number] {
  if (values.length === 0) return log ? [1, 10] : [0, 1];
  // Math.min(...values) would fail: a chart may have more points than a call has arguments.
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const size = Math.max(Math.abs(least), Math.abs(most));
  if (most - least > Math.max(INDISTINCT * size, 1 / LARGEST)) return [least, most];
  if (log) return [least / 2, most * 2];
  const around = size > 1 / LARGEST ? size / 10 : 1;
  return [least - around, most + around];
}
