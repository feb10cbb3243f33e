/** Draws charts as SVG files: self-contained, without scripts, for light and dark backgrounds. */
import { BarChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, VisualMapComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Chart, Point } from './chart.js';
import { optionOf, seriesNumberOf } from './option.js';
import { DARK, LIGHT } from './palette.js';
import { escapeText } from './xml.js';

echarts.use([BarChart, HeatmapChart, LineChart, ScatterChart]);
echarts.use([GridComponent, LegendComponent, MarkLineComponent, VisualMapComponent, SVGRenderer]);

const SIZE = { width: 760, height: 460 };
const TITLE_HEIGHT = 40;
const ROW_HEIGHT = 34;

/** @returns a whole SVG document. Equal charts give equal documents. */
export function svgOf(chart: Chart): string {
  const height = chart.kind === 'heatmap' ? 60 + ROW_HEIGHT * chart.rows.length : SIZE.height;
  const plot = draw(chart, { ...SIZE, height });
  const box = { width: SIZE.width, height: height + TITLE_HEIGHT };
  const title = escapeText(chart.title);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="rminas-chart" role="img" aria-label="${title}" `,
    `width="${box.width}" height="${box.height}" viewBox="0 0 ${box.width} ${box.height}">`,
    `<title>${title}</title><style>${DARK_STYLE}</style>`,
    `<rect width="100%" height="100%" fill="${LIGHT.background}"/>`,
    `<text x="16" y="26" font-size="15" font-weight="600" font-family="system-ui, sans-serif" fill="${LIGHT.text}">${title}</text>`,
    `<g transform="translate(0 ${TITLE_HEIGHT})">${plot}</g></svg>`,
  ].join('');
}

function draw(chart: Chart, size: { readonly width: number; readonly height: number }): string {
  const instance = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    instance.setOption(optionOf(chart, LIGHT));
    return labelled(chart, cleaned(instance.renderToSVGString()));
  } finally {
    // An instance that is kept would keep the process alive.
    instance.dispose();
  }
}

/** The elements inside of the document of ECharts: without its styles for the mouse, and with ids that do not count instances. */
function cleaned(svg: string): string {
  return svg
    .replace(/^<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<style[^>]*>.*?<\/style>/gs, '')
    .replaceAll(/ class="zr\d+-cls-\d+"/g, '')
    .replaceAll(/\bzr\d+-/g, 'rminas-')
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '');
}

/** Gives each drawn point its class, and its label as a tooltip. ECharts marks elements with the point that they show. */
function labelled(chart: Chart, svg: string): string {
  const mark =
    /<path([^>]*?) ecmeta_series_index="(\d+)" ecmeta_data_index="(\d+)" ecmeta_ssr_type="chart"([^>]*)><\/path>/g;
  const points = pointsByNumber(chart);
  const drawn = svg.replaceAll(mark, (path, before, series, index, after) => {
    // Only symbols are moved to their place; a reference line is not.
    if (!before.includes(' transform=')) return path;
    const label = points.get(Number(series))?.[Number(index)]?.label;
    const title = label === undefined ? '' : `<title>${escapeText(label)}</title>`;
    return `<path class="dot"${before}${after}>${title}</path>`;
  });
  return drawn.replaceAll(/ ecmeta_\w+="[^"]*"/g, '');
}

function pointsByNumber(chart: Chart): ReadonlyMap<number, readonly Point[]> {
  if (chart.kind === 'heatmap') return new Map();
  return new Map(chart.series.map(({ points }, index) => [seriesNumberOf(chart, index), points]));
}

/** ECharts writes colours as attributes, which rules of a style sheet replace. */
const DARK_STYLE = `@media (prefers-color-scheme:dark){${coloursOf(LIGHT)
  .flatMap((light, index) => {
    const dark = coloursOf(DARK)[index];
    return [`[fill="${light}"]{fill:${dark}}`, `[stroke="${light}"]{stroke:${dark}}`];
  })
  .join('')}}`;

function coloursOf({ background, text, muted, grid, series, heat, chosen }: typeof LIGHT): string[] {
  return [background, text, muted, grid, ...series, ...heat, chosen];
}
