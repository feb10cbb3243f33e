import { scaleLinear, scaleLog } from 'd3-scale';

export interface Axis {
  readonly label: string;
  /** Logarithmic: values of 0 and below cannot be shown. Linear by default. */
  readonly log?: boolean;
}

export interface Scale {
  /** Where a value lies, in pixels. */
  readonly at: (value: number) => number;
  /** Values to mark, each with its text, which is empty where texts would lie too close. */
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

const TICKS = 6;
/** Beyond it, or on a logarithmic axis under its inverse, distances are no longer finite numbers. */
const LARGEST = 1e300;
/** Values as near to each other, by the larger of them, are one as far as ticks can tell. */
const INDISTINCT = 1e-9;

/** Whether an axis has a place for a value. */
export function canShow({ log = false }: Axis, value: number): boolean {
  return Math.abs(value) <= LARGEST && (!log || value >= 1 / LARGEST);
}

/** A scale over all values that the axis can show; over 0 to 1, or 1 to 10, where there are none. */
export function scaleOf(axis: Axis, values: readonly number[], range: readonly [number, number]): Scale {
  const { log = false } = axis;
  const shown = values.filter((value) => canShow(axis, value));
  const domain = domainOf(shown, log);
  // Whole decades would leave much of a logarithmic axis empty.
  const scale = log ? scaleLog(domain, range) : scaleLinear(domain, range).nice();
  const format = scale.tickFormat(TICKS, log ? '~g' : undefined);
  return { at: (value) => scale(value), ticks: scale.ticks(TICKS).map((value) => ({ value, text: format(value) })) };
}

/** From the least to the most value; around them where they are as good as one. */
function domainOf(values: readonly number[], log: boolean): [number, number] {
  if (values.length === 0) return log ? [1, 10] : [0, 1];
  // No spread: a chart may have more points than a call has arguments.
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const size = Math.max(Math.abs(least), Math.abs(most));
  if (most - least > Math.max(INDISTINCT * size, 1 / LARGEST)) return [least, most];
  if (log) return [least / 2, most * 2];
  const around = size > 1 / LARGEST ? size / 10 : 1;
  return [least - around, most + around];
}
