/** The document around a plot: title, axes, reference levels and legend. */
import type { Chart } from './chart.js';
import { STYLE, styleOf } from './colours.js';
import { type Axis, type Scale, scaleOf } from './scales.js';
import { element, escapeText } from './svg.js';

const WIDTH = 760;
const PLOT = { left: 76, right: 24, top: 44, height: 360 };
/** Space below the plot for the labels of the ticks and of the axis. */
const AXIS_HEIGHT = 50;
const LEGEND = { line: 20, swatch: 26, gap: 18, letter: 7 };

/** The scales of a chart, in pixels. */
export interface Frame {
  readonly x: Scale;
  readonly y: Scale;
}

/** @param values all values that the plot must show */
export function frameOf(chart: Chart, values: { readonly x: readonly number[]; readonly y: readonly number[] }): Frame {
  const levels = (chart.levels ?? []).map(({ y }) => y);
  return {
    x: scaleOf(chart.x, values.x, [PLOT.left, WIDTH - PLOT.right]),
    y: scaleOf(chart.y, [...values.y, ...levels], [PLOT.top + PLOT.height, PLOT.top]),
  };
}

/**
 * The complete document around the plotted elements.
 * @param swatch draws the sample of a series in the legend, around (0, 0)
 */
export function documentOf(
  chart: Chart,
  frame: Frame,
  plotted: readonly string[],
  swatch: (index: number) => string,
): string {
  const legend = chart.series.length > 1 ? legendOf(chart, swatch) : { rows: 0, markup: [] };
  const height = PLOT.top + PLOT.height + AXIS_HEIGHT + LEGEND.line * legend.rows + 10;
  const size = { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` };
  return element('svg', { xmlns: 'http://www.w3.org/2000/svg', class: 'rminas-chart', role: 'img', ...size }, [
    element('title', {}, [escapeText(chart.title)]),
    element('style', {}, [STYLE]),
    text(chart.title, { x: PLOT.left, y: 26, class: 'title' }),
    ...xAxis(chart.x, frame.x),
    ...yAxis(chart.y, frame.y),
    element('rect', {
      class: 'frame',
      x: PLOT.left,
      y: PLOT.top,
      width: WIDTH - PLOT.left - PLOT.right,
      height: PLOT.height,
    }),
    ...levelsOf(chart, frame).map(({ line }) => line),
    ...plotted,
    ...levelsOf(chart, frame).flatMap(({ label }) => label),
    ...legend.markup,
  ]);
}

function text(content: string, attributes: Parameters<typeof element>[1]): string {
  return element('text', attributes, [escapeText(content)]);
}

function xAxis(axis: Axis, scale: Scale): string[] {
  const bottom = PLOT.top + PLOT.height;
  const ticks = scale.ticks.flatMap(({ value, text: label }) => {
    const x = scale.at(value);
    return [
      element('line', { class: 'grid', x1: x, x2: x, y1: PLOT.top, y2: bottom }),
      text(label, { x, y: bottom + 18, 'text-anchor': 'middle' }),
    ];
  });
  const middle = (PLOT.left + WIDTH - PLOT.right) / 2;
  return [...ticks, text(axis.label, { x: middle, y: bottom + 40, 'text-anchor': 'middle' })];
}

function yAxis(axis: Axis, scale: Scale): string[] {
  const ticks = scale.ticks.flatMap(({ value, text: label }) => {
    const y = scale.at(value);
    return [
      element('line', { class: 'grid', x1: PLOT.left, x2: WIDTH - PLOT.right, y1: y, y2: y }),
      text(label, { x: PLOT.left - 8, y: y + 4, 'text-anchor': 'end' }),
    ];
  });
  const middle = PLOT.top + PLOT.height / 2;
  const turned = { transform: `translate(18 ${middle}) rotate(-90)`, 'text-anchor': 'middle' };
  return [...ticks, text(axis.label, turned)];
}

/** The line of a level lies below the plotted elements, and its label above them. */
function levelsOf({ levels = [] }: Chart, { y: scale }: Frame): { line: string; label: string[] }[] {
  return levels.flatMap(({ y, label }) => {
    const at = scale.at(y);
    if (!Number.isFinite(at)) return [];
    const place = { x: WIDTH - PLOT.right - 6, y: at - 5, 'text-anchor': 'end' };
    return [
      {
        line: element('line', { class: 'level', x1: PLOT.left, x2: WIDTH - PLOT.right, y1: at, y2: at }),
        // The halo is a separate text, because not every viewer supports `paint-order`.
        label: [text(label, { class: 'halo', ...place }), text(label, place)],
      },
    ];
  });
}

/** Rows below the plot. The width of a name is an estimate. */
function legendOf({ series }: Chart, swatch: (index: number) => string): { rows: number; markup: string[] } {
  const top = PLOT.top + PLOT.height + AXIS_HEIGHT + 12;
  let x = PLOT.left;
  let row = 0;
  const markup = series.map(({ name }, index) => {
    const width = LEGEND.swatch + LEGEND.letter * name.length + LEGEND.gap;
    if (x > PLOT.left && x + width > WIDTH - PLOT.right) {
      x = PLOT.left;
      row += 1;
    }
    const place = { transform: `translate(${Math.round(x)} ${top + LEGEND.line * row})` };
    x += width;
    const sample = element('g', { class: styleOf(index).className, transform: 'translate(9 -4)' }, [swatch(index)]);
    return element('g', place, [sample, text(name, { x: LEGEND.swatch })]);
  });
  return { rows: row + 1, markup };
}
