/** The numbers of a chart as comma-separated values. */
import type { Chart } from './chart.js';
import { csvOf } from './csv.js';

/** A header, and a line for each point or cell. */
export function chartCsv(chart: Chart): string {
  if (chart.kind === 'heatmap') {
    const lines = chart.rows.map((row, index) => [row, ...(chart.values[index] ?? []).map((value) => value ?? '')]);
    return csvOf([['', ...chart.columns], ...lines]);
  }
  const { x, y, series } = chart;
  const banded = series.some(({ points }) => points.some(({ band }) => band !== undefined));
  const head = ['series', x.label, y.label, ...(banded ? ['low', 'high'] : []), 'label'];
  const lines = series.flatMap(({ name, points }) =>
    points.map((point) => {
      const at = x.categories?.[point.x] ?? point.x;
      const band = banded ? [point.band?.low ?? '', point.band?.high ?? ''] : [];
      return [name, at, point.y, ...band, point.label ?? ''];
    }),
  );
  return csvOf([head, ...lines]);
}
