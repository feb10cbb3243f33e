/** Turns the data of a chart into the options of ECharts. The page and the SVG files share it. */
import { axisOption, type EChartsOption, extentOf } from './axis.js';
import type { Chart, ChartSeries, HeatmapChart, PlaneChart, Point } from './chart.js';
import type { Palette } from './palette.js';
import { canShow, isShown } from './shown.js';

const DASHES = ['solid', [7, 4], [2, 3], [9, 3, 2, 3]] as const;
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
