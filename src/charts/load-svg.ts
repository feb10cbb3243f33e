import type { Chart } from './chart.js';

/** Draws a chart as a whole SVG document. */
export type DrawSvg = (chart: Chart) => string;

/** Loads the drawing by ECharts when it is needed: ECharts would double the time in which a command starts. */
export async function loadSvg(): Promise<DrawSvg> {
  const { svgOf } = await import('./svg.js');
  return svgOf;
}
