/** Turns the data of a chart into the options of ECharts. The page and the SVG files share it. */
import type { Chart, ChartSeries, HeatmapChart, PlaneChart, Point } from './chart.js';
import type { Palette } from './palette.js';
import { canShow, isShown } from './shown.js';

/** The options of ECharts, as plain JSON: its own type accepts more than is needed here. */
export type EChartsOption = Record<string, unknown>;

const DASHES = ['solid', [7, 4], [2, 3], [9, 3, 2, 3]] as const;
/** Relative difference below which an axis cannot distinguish two values. */
const INDISTINCT = 1e-9;
/** Differences below this are none to a linear axis: ECharts rounds its ticks to twenty decimals. */
const SMALLEST = 1e-15;
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond'] as const;
/** Points of one series above which they are drawn smaller. */
const MANY = 2000;

/** The options of a chart. Tooltips are the caller's. @param narrow whether it is drawn as wide as a phone */
export function optionOf(chart: Chart, palette: Palette, { narrow = false } = {}): EChartsOption {
  return chart.kind === 'plane' ? planeOption(chart, palette, narrow) : heatmapOption(chart, palette, narrow);
}

/** The index of a series of a chart in the options: the bands of the chart come first. */
export function seriesNumberOf(chart: PlaneChart, index: number): number {
  return chart.series.filter(hasBand).length * 2 + index;
}

function planeOption(chart: PlaneChart, palette: Palette, narrow: boolean): EChartsOption {
  const several = chart.series.length > 1;
  const series = chart.series.map((one, index) => seriesOption(chart, one, index, palette));
  const [first] = series;
  const reference = referenceOption(chart, palette);
  if (first && reference) first.markLine = reference;
  return {
    color: palette.series,
    backgroundColor: palette.background,
    textStyle: { color: palette.text, fontFamily: 'system-ui, sans-serif' },
    animation: false,
    legend: several
      ? { bottom: 0, type: 'plain', data: chart.series.map(({ name }) => name), textStyle: { color: palette.text } }
      : { show: false },
    grid: {
      left: 12,
      right: 20,
      top: chart.marks === undefined ? 14 : 30,
      bottom: several ? legendHeight(chart, narrow ? 320 : 640) : 28,
      outerBoundsMode: 'same',
      outerBoundsContain: 'all',
    },
    xAxis: axisOption(chart, 'x', palette, narrow),
    yAxis: axisOption(chart, 'y', palette, narrow),
    series: [
      ...chart.series.flatMap((one, index) => bandOption(chart, one, index, palette)),
      ...series,
      ...reachOption(chart),
    ],
  };
}

/** Space for the legend, by an estimate of the width of its names. */
function legendHeight({ series }: PlaneChart, available: number): number {
  const width = series.reduce((sum, { name }) => sum + 50 + 7 * name.length, 0);
  return 18 + 22 * Math.ceil(width / available);
}

function colourOf({ colour }: ChartSeries, index: number, { series }: Palette): string {
  return series[(colour ?? index) % series.length] ?? '#888888';
}

/** The pattern of a series, which changes when the colours repeat. */
function roundOf({ colour }: ChartSeries, index: number, { series }: Palette): number {
  return Math.floor((colour ?? index) / series.length);
}

function seriesOption(chart: PlaneChart, series: ChartSeries, index: number, palette: Palette): EChartsOption {
  const { name, as, points } = series;
  const color = colourOf(series, index, palette);
  const round = roundOf(series, index, palette);
  const common = { name, data: points.map((point) => dataOf(chart, point, as)) };
  switch (as) {
    case 'dots':
      return {
        ...common,
        type: 'scatter',
        symbol: SYMBOLS[round % SYMBOLS.length],
        symbolSize: points.length > MANY ? 4 : 7,
        itemStyle: { color, opacity: 0.7 },
        emphasis: { scale: 1.8, itemStyle: { opacity: 1, borderColor: palette.text, borderWidth: 1 } },
      };
    case 'bars':
      return { ...common, type: 'bar', itemStyle: { color }, barMaxWidth: 36 };
    default:
      return {
        ...common,
        type: 'line',
        ...(as === 'steps' && { step: 'end' }),
        showSymbol: points.length === 1,
        symbolSize: 6,
        connectNulls: false,
        itemStyle: { color },
        lineStyle: { color, width: 2, type: DASHES[round % DASHES.length] },
        z: 3,
      };
  }
}

/** A line breaks at a point that an axis cannot show. */
function dataOf(chart: PlaneChart, point: Point, as: ChartSeries['as']): unknown {
  if (!isShown(chart, point)) return as === 'dots' ? { value: [null, null] } : [null, null];
  if (as === 'line' || as === 'steps') return [point.x, point.y];
  return { value: as === 'bars' && chart.x.categories ? point.y : [point.x, point.y] };
}

function hasBand({ points }: ChartSeries): boolean {
  return points.some(({ band }) => band !== undefined);
}

/** An invisible line at the lower end, and the area that is stacked on it up to the upper end. */
function bandOption(chart: PlaneChart, series: ChartSeries, index: number, palette: Palette): EChartsOption[] {
  if (!hasBand(series)) return [];
  const bounds = series.points.map((point) => {
    const { band } = point;
    const shown = band && isShown(chart, point) && canShow(chart.y, band.low) && canShow(chart.y, band.high);
    return shown ? [point.x, band.low, band.high - band.low] : [null, null, null];
  });
  const common = {
    ...{ type: 'line', silent: true, symbol: 'none', lineStyle: { opacity: 0 }, z: 1 },
    ...{ stack: `band ${index}`, stackStrategy: 'all', tooltip: { show: false } },
  };
  const areaStyle = { color: colourOf(series, index, palette), opacity: 0.15 };
  return [
    { ...common, name: `${series.name} (low)`, data: bounds.map(([x, low]) => [x, low]) },
    { ...common, name: `${series.name} (interval)`, data: bounds.map(([x, , height]) => [x, height]), areaStyle },
  ];
}

function referenceOption({ levels = [], marks = [], x, y }: PlaneChart, palette: Palette): EChartsOption | null {
  const label = { color: palette.text, textBorderColor: palette.background, textBorderWidth: 3 };
  const data = [
    ...levels.flatMap((level) =>
      canShow(y, level.y)
        ? [{ yAxis: level.y, label: { ...label, formatter: plain(level.label), position: 'insideEndTop' } }]
        : [],
    ),
    ...marks.flatMap((mark) =>
      canShow(x, mark.x) ? [{ xAxis: mark.x, label: { ...label, formatter: plain(mark.label), position: 'end' } }] : [],
    ),
  ];
  if (data.length === 0) return null;
  return { silent: true, symbol: 'none', animation: false, lineStyle: { color: palette.muted, type: 'dashed' }, data };
}

/** A text as a formatter that ECharts does not expand: it replaces {a}, {b} and {c}, and styles {name|text}. */
function plain(text: string): () => string {
  return () => text.replaceAll('{', '(').replaceAll('}', ')');
}

function axisOption(chart: PlaneChart, which: 'x' | 'y', palette: Palette, narrow: boolean): EChartsOption {
  const axis = chart[which];
  const vertical = which === 'y';
  const range = axis.categories ? {} : rangeOf(chart, which);
  const labels = axis.categories ? { interval: 0, rotate: narrow ? 40 : 0 } : { hideOverlap: true };
  return {
    ...(axis.categories
      ? {
          type: 'category',
          data: axis.categories,
          axisLabel: { color: palette.muted, interval: 0, rotate: narrow ? 40 : 0 },
        }
      : { type: axis.log ? 'log' : 'value', axisLabel: { color: palette.muted, hideOverlap: true } }),
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
function extentOf(chart: PlaneChart, which: 'x' | 'y'): [least: number, most: number] {
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

/** Holds a reference level in the range of an axis whose points do not reach it. It draws nothing. */
function reachOption(chart: PlaneChart): EChartsOption[] {
  const data = (chart.levels ?? []).flatMap(({ y }) => {
    const [x] = extentOf(chart, 'x');
    return canShow(chart.y, y) && Number.isFinite(x) ? [[x, y]] : [];
  });
  if (data.length === 0 || chart.y.log) return [];
  return [{ type: 'line', silent: true, symbol: 'none', lineStyle: { opacity: 0 }, tooltip: { show: false }, data }];
}

function heatmapOption(chart: HeatmapChart, palette: Palette, narrow: boolean): EChartsOption {
  const { rows, columns, values, chosen, measure } = chart;
  const [least, most] = heatRange(values.flat());
  const data = values.flatMap((row, y) =>
    row.flatMap((value, x) => {
      if (value === null) return [];
      const isChosen = chosen[y] === x;
      const bright = value > (least + most) / 2;
      return [
        {
          value: [x, y, value],
          label: { color: bright ? palette.background : palette.text, fontWeight: isChosen ? 'bold' : 'normal' },
          ...(isChosen && { itemStyle: { borderColor: palette.chosen, borderWidth: 2 } }),
        },
      ];
    }),
  );
  const bare = { axisTick: { show: false }, axisLine: { show: false } };
  const label = { color: palette.text, interval: 0 };
  return {
    backgroundColor: palette.background,
    textStyle: { color: palette.text, fontFamily: 'system-ui, sans-serif' },
    animation: false,
    grid: { left: 8, right: 12, top: 8, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'all' },
    xAxis: {
      type: 'category',
      data: columns,
      position: 'top',
      ...bare,
      axisLabel: { ...label, rotate: narrow ? 60 : 0 },
    },
    yAxis: { type: 'category', data: rows, inverse: true, ...bare, axisLabel: label },
    visualMap: { show: false, min: least, max: most, inRange: { color: [...palette.heat] } },
    series: [
      {
        type: 'heatmap',
        name: measure,
        data,
        label: { show: true },
        itemStyle: { borderColor: palette.background, borderWidth: 1 },
      },
    ],
  };
}

/** From 0 to the highest value, or from the lowest one if it is below 0. */
function heatRange(values: HeatmapChart['values'][number]): [number, number] {
  const numbers = values.map((value) => value ?? 0);
  const least = Math.min(0, ...numbers);
  const most = Math.max(least, ...numbers);
  return [least, most > least ? most : least + 1];
}
