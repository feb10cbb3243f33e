/** The axes of a plane: their ranges, ticks and labels. */
import type { PlaneChart } from './chart.js';
import type { Palette } from './palette.js';
import { canShow, isShown } from './shown.js';

/** The options of ECharts, as plain JSON: its own type accepts more than is needed here. */
export type EChartsOption = Record<string, unknown>;

/** Relative difference below which an axis cannot distinguish two values. */
const INDISTINCT = 1e-9;
/** Differences below this are none to a linear axis: ECharts rounds its ticks to twenty decimals. */
const SMALLEST = 1e-15;

export function axisOption(chart: PlaneChart, which: 'x' | 'y', palette: Palette, narrow: boolean): EChartsOption {
  const axis = chart[which];
  const vertical = which === 'y';
  const range = axis.categories ? {} : rangeOf(chart, which);
  const labels = axis.categories ? { interval: 0, rotate: narrow ? 40 : 0 } : { hideOverlap: true };
  return {
    ...(axis.categories ? { type: 'category', data: axis.categories } : { type: axis.log ? 'log' : 'value' }),
    ...range,
    axisLabel: { color: palette.muted, ...labels, ...(range.axisLabel as object) },
    name: axis.label,
    nameLocation: 'middle',
    nameGap: vertical ? 44 : 26,
    nameTextStyle: { color: palette.text },
    axisLine: { lineStyle: { color: palette.muted } },
    splitLine: { show: !axis.categories, lineStyle: { color: palette.grid } },
  };
}

/** The values that an axis holds. A logarithmic axis is not rounded to whole decades, which would leave it empty. */
function rangeOf(chart: PlaneChart, which: 'x' | 'y'): EChartsOption {
  const axis = chart[which];
  const [least, most] = extentOf(chart, which);
  if (least > most) return axis.log ? { min: 1, max: 10 } : { min: 0, max: 1 };
  // ECharts begins an axis of bars at 0.
  if (which === 'y' && chart.series.some(({ as }) => as === 'bars')) return {};
  const size = Math.max(Math.abs(least), Math.abs(most));
  const distinct = most - least > Math.max(INDISTINCT * size, axis.log ? 0 : SMALLEST);
  return axis.log
    ? logRange(least, most, distinct)
    : linearRange(least, most, distinct, which === 'x' && least === 1 && Number.isInteger(most));
}

/** The lowest and the highest value that the axis can show. */
export function extentOf(chart: PlaneChart, which: 'x' | 'y'): [least: number, most: number] {
  const axis = chart[which];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const add = (value: number) => {
    if (!canShow(axis, value)) return;
    least = Math.min(least, value);
    most = Math.max(most, value);
  };
  for (const { points } of chart.series) {
    for (const point of points) {
      if (!isShown(chart, point)) continue;
      add(point[which]);
      if (which === 'y' && point.band) [point.band.low, point.band.high].forEach(add);
    }
  }
  if (which === 'y') for (const { y } of chart.levels ?? []) add(y);
  return [least, most];
}

/** @param isOrder whether the values count from 1 */
function linearRange(least: number, most: number, distinct: boolean, isOrder: boolean): EChartsOption {
  if (distinct) return { scale: true, ...(isOrder && { min: 0, max: 'dataMax' }) };
  const size = Math.max(Math.abs(least), Math.abs(most));
  const around = size > SMALLEST ? size / 10 : 1;
  return { min: least - around, max: most + around };
}

function logRange(least: number, most: number, distinct: boolean): EChartsOption {
  const factor = distinct ? (most / least) ** 0.03 : 2;
  const [min, max] = [Math.max(Number.MIN_VALUE, least / factor), Math.min(Number.MAX_VALUE, most * factor)];
  const customValues = logTicks(min, max);
  return { min, max, axisTick: { customValues }, axisLabel: { customValues, hideOverlap: true } };
}

/** Round values between two positive ones: more in each decade where there are few decades. */
function logTicks(min: number, max: number): number[] {
  const decades = Math.log10(max) - Math.log10(min);
  const digits = decades < 1 ? [1, 1.5, 2, 3, 4, 5, 6, 8] : decades < 3 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.round(decades / 8));
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.log10(max); power += stride) {
    // Parsed, because a product such as 3 * 0.1 is not the number 0.3.
    for (const digit of digits) ticks.push(Number(`${digit}e${power}`));
  }
  return ticks.filter((tick) => tick >= min && tick <= max);
}
