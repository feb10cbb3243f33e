/** Draws charts as SVG documents: self-contained, without scripts, for light and dark backgrounds. */
import { area, line, symbol, symbols } from 'd3-shape';
import type { Chart, ChartSeries, Point } from './chart.js';
import { styleOf } from './colours.js';
import { documentOf, type Frame, frameOf } from './frame.js';
import { canShow } from './scales.js';
import { element, escapeText } from './svg.js';

export type { Chart, ChartSeries, Point } from './chart.js';

const DOT_AREA = 28;
const DASHES = [undefined, '7 4', '2 3', '9 3 2 3'];

/** Draws a dot for each point that both axes can show. */
export function scatterChart(chart: Chart): string {
  const shown = chart.series.map(({ points }) => points.filter((point) => isShown(chart, point)));
  const frame = frameOf(chart, { x: shown.flat().map(({ x }) => x), y: shown.flat().map(({ y }) => y) });
  const dots = shown.map((points, index) => {
    const d = dotOf(index);
    const markup = points.map(({ x, y, label }) => {
      const attributes = {
        class: 'dot',
        d,
        transform: `translate(${frame.x.at(x).toFixed(1)} ${frame.y.at(y).toFixed(1)})`,
      };
      return element('path', attributes, titleOf(label));
    });
    return element('g', { class: styleOf(index).className }, markup);
  });
  return documentOf(chart, frame, dots, (index) => element('path', { class: 'dot', d: dotOf(index) }));
}

/** Draws a line through the points of each series, in order. Points that an axis cannot show break the line. Bands lie below all lines. */
export function lineChart(chart: Chart): string {
  const shown = chart.series.flatMap(({ points }) => points.filter((point) => isShown(chart, point)));
  const banded = shown.filter((point) => isBandShown(chart, point));
  const frame = frameOf(chart, {
    x: shown.map(({ x }) => x),
    y: [...shown.map(({ y }) => y), ...banded.flatMap(({ band }) => (band ? [band.low, band.high] : []))],
  });
  const bands = chart.series.map((series, index) => bandOf(chart, frame, series, index));
  const lines = chart.series.map((series, index) => lineOf(chart, frame, series, index));
  const swatch = (index: number) => element('path', { class: 'line', d: 'M-9 0H11', ...dashOf(index) });
  return documentOf(chart, frame, [...bands, ...lines], swatch);
}

function isShown({ x: xAxis, y: yAxis }: Chart, { x, y }: Point): boolean {
  return canShow(xAxis, x) && canShow(yAxis, y);
}

function isBandShown(chart: Chart, point: Point): boolean {
  const { band } = point;
  return band !== undefined && isShown(chart, point) && canShow(chart.y, band.low) && canShow(chart.y, band.high);
}

function lineOf(chart: Chart, frame: Frame, { name, points }: ChartSeries, index: number): string {
  const draw = line<Point>()
    .defined((point) => isShown(chart, point))
    .x(({ x }) => frame.x.at(x))
    .y(({ y }) => frame.y.at(y))
    .digits(1);
  const d = draw(points) ?? '';
  const path = element('path', { class: 'line', d, ...dashOf(index) }, titleOf(name));
  return element('g', { class: styleOf(index).className }, [path]);
}

function bandOf(chart: Chart, frame: Frame, { points }: ChartSeries, index: number): string {
  const draw = area<Point>()
    .defined((point) => isBandShown(chart, point))
    .x(({ x }) => frame.x.at(x))
    .y0(({ y, band }) => frame.y.at(band?.low ?? y))
    .y1(({ y, band }) => frame.y.at(band?.high ?? y))
    .digits(1);
  const d = draw(points) ?? '';
  return element('g', { class: styleOf(index).className }, d === '' ? [] : [element('path', { class: 'band', d })]);
}

function dotOf(index: number): string {
  return symbol(symbols[styleOf(index).round % symbols.length], DOT_AREA)() ?? '';
}

function dashOf(index: number): { 'stroke-dasharray': string | undefined } {
  return { 'stroke-dasharray': DASHES[styleOf(index).round % DASHES.length] };
}

function titleOf(label: string | undefined): string[] {
  return label === undefined ? [] : [element('title', {}, [escapeText(label)])];
}
