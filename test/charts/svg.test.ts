import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlaneChart } from '../../src/charts/chart.js';
import { optionOf } from '../../src/charts/option.js';
import { LIGHT } from '../../src/charts/palette.js';
import { svgOf } from '../../src/charts/svg.js';
import { findPython } from '../../src/sidecar/process/find-python.js';
import { scaled } from '../support/limits.js';

const axes = { x: { label: 'cost (s)' }, y: { label: 'regret (%)' } };
type Points = PlaneChart['series'][number]['points'];
const chartOf = (points: Points, more: Partial<PlaneChart> = {}): PlaneChart => ({
  kind: 'plane',
  title: 'Regret',
  ...axes,
  series: [{ name: 'forest', as: 'dots', points }],
  ...more,
});
const scattered = (chart: PlaneChart) => as(chart, 'dots');
const scatterChart = (chart: PlaneChart): string => svgOf(scattered(chart));
const lineChart = (chart: PlaneChart): string => svgOf(as(chart, 'line'));
const as = (chart: Omit<PlaneChart, 'kind'>, kind: 'dots' | 'line'): PlaneChart => ({
  ...chart,
  kind: 'plane',
  series: chart.series.map((series) => ({ ...series, as: kind })),
});
const count = (svg: string, part: string) => svg.split(part).length - 1;
/** ECharts draws a line as a path without a fill, and its sample in the legend as a path of 25 pixels. */
const linesOf = (svg: string) =>
  [...svg.matchAll(/<path d="([^"]*)"[^>]*stroke="#[0-9a-f]{6}" stroke-width="2"[^>]*>/g)]
    .filter(([path, d]) => path.includes('fill="none"') || d?.startsWith('M0 7L25'))
    .map(([, d]) => d);
const bandsOf = (svg: string) => [...svg.matchAll(/<path [^>]*fill-opacity="0.15"/g)];
const pathsOf = (svg: string, name: string) =>
  [...svg.matchAll(new RegExp(`<path class="${name}" d="([^"]*)"`, 'g'))].map(([, d]) => d);

/** The errors that an independent XML parser finds. */
async function problemsOf(documents: readonly string[]): Promise<string> {
  const program = `
import json, sys, xml.etree.ElementTree as tree
for document in json.load(sys.stdin):
    try:
        assert tree.fromstring(document).tag.endswith("svg")
    except Exception as problem:
        print(problem, document[:200])
`;
  const { stdout, stderr } = spawnSync(await findPython(undefined), ['-c', program], {
    input: JSON.stringify(documents),
    encoding: 'utf8',
  });
  return stdout + stderr;
}

describe('a scatter chart', () => {
  it('has a labelled dot for each point', () => {
    const svg = scatterChart(
      chartOf([
        { x: 1, y: 2, label: 'number 7' },
        { x: 3, y: 1 },
      ]),
    );
    expect(pathsOf(svg, 'dot')).toHaveLength(2);
    expect(svg).toContain('<title>number 7</title>');
  });

  it('places greater values further right and up', () => {
    const svg = scatterChart(
      chartOf([
        { x: 1, y: 1 },
        { x: 2, y: 5 },
      ]),
    );
    const [first, second] = [...svg.matchAll(/class="dot"[^>]*matrix\([^)]*,([\d.]+),([\d.]+)\)/g)].map(([, x, y]) => ({
      x: Number(x),
      y: Number(y),
    }));
    expect(second?.x).toBeGreaterThan(first?.x ?? Number.NaN);
    expect(second?.y).toBeLessThan(first?.y ?? Number.NaN);
  });

  it('omits points that are not finite, or not positive on a logarithmic axis', () => {
    const points = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1, 1e90].map((x) => ({ x, y: 1 }));
    expect(pathsOf(scatterChart(chartOf(points)), 'dot')).toHaveLength(4);
    expect(pathsOf(scatterChart(chartOf(points, { x: { label: 'synflow', log: true } })), 'dot')).toHaveLength(2);
  });

  it('draws axes without points', () => {
    const svg = scatterChart({ kind: 'plane', title: 'Nothing', ...axes, series: [] });
    expect(svg).toContain('cost (s)');
    expect(svg).not.toContain('NaN');
  });

  it('takes more points than a call has arguments', () => {
    const points = Array.from({ length: 150_000 }, (_, x) => ({ x, y: x % 7 }));
    const { series } = optionOf(scattered(chartOf(points)), LIGHT) as { series: { data: unknown[] }[] };
    expect(series[0]?.data).toHaveLength(150_000);
    expect(pathsOf(scatterChart(chartOf(points.slice(0, 3000))), 'dot')).toHaveLength(3000);
  });
});

describe('a line chart', () => {
  it('has a line for each series, and a legend for several', () => {
    const points = [
      { x: 1, y: 2 },
      { x: 2, y: 1 },
    ];
    const one = lineChart(chartOf(points));
    expect(linesOf(one)).toHaveLength(1);
    const two = lineChart(
      chartOf(points, {
        series: [
          { name: 'forest', as: 'line', points },
          { name: 'random', as: 'line', points },
        ],
      }),
    );
    // Two lines, and a sample of each in the legend.
    expect(linesOf(two)).toHaveLength(4);
    expect(two).toContain('>random</text>');
  });

  it('breaks a line at a point that cannot be shown', () => {
    const points = [1, 2, Number.NaN, 1, 2].map((y, x) => ({ x, y }));
    const [line] = linesOf(lineChart(chartOf(points)));
    expect(count(line ?? '', 'M')).toBe(2);
  });

  it('draws a band and includes it in the axis range', () => {
    const points = [1, 2].map((x) => ({ x, y: 1, band: { low: 0, high: 40 } }));
    const svg = lineChart(chartOf(points));
    expect(bandsOf(svg)).toHaveLength(1);
    expect(svg).toContain('>40</text>');
    expect(bandsOf(lineChart(chartOf([{ x: 1, y: 1 }])))).toHaveLength(0);
  });

  it('draws reference levels inside the plot', () => {
    const svg = lineChart(chartOf([{ x: 1, y: 1 }], { levels: [{ y: 80, label: 'optimum' }] }));
    expect(svg).toMatch(new RegExp(`<path d="M[^"]*" [^>]*stroke="${LIGHT.muted}"[^>]*stroke-dasharray=`));
    expect(svg).toContain('>optimum</text>');
    expect(svg).toContain('>80</text>');
  });

  it('distinguishes more series than it has colours', () => {
    const series = Array.from({ length: 9 }, (_, k) => ({
      name: `s${k}`,
      as: 'line' as const,
      points: [{ x: k, y: k }],
    }));
    const svg = lineChart(chartOf([], { series }));
    const [first, second] = LIGHT.series;
    expect(count(svg, `stroke="${first}"`)).toBeGreaterThan(count(svg, `stroke="${second}"`));
    expect(svg).toContain('stroke-dasharray="7,4"');
  });
});

describe('any chart', () => {
  it('is valid XML for all texts and numbers', { timeout: scaled(60_000) }, async () => {
    const text = fc.string({ unit: 'binary', maxLength: 8 });
    const point = fc.record({ x: fc.double(), y: fc.double(), label: text });
    const axis = fc.record({ label: text, log: fc.boolean() });
    const series = fc.array(
      fc.record({ name: text, as: fc.constant('dots' as const), points: fc.array(point, { maxLength: 4 }) }),
      { maxLength: 12 },
    );
    const charts = fc.sample(
      fc.record({ kind: fc.constant('plane' as const), title: text, x: axis, y: axis, series }),
      { numRuns: 60, seed: 5 },
    );
    const hostile = chartOf([{ x: 1, y: 1, label: '</title><script>alert(1)</script>' }], { title: '"><b>&amp;' });
    const all = [hostile, ...charts];
    expect(await problemsOf(all.flatMap((chart) => [lineChart(chart), scatterChart(chart)]))).toBe('');
    expect(scatterChart(hostile)).not.toContain('<script');
  });
});

describe('a heatmap', () => {
  it.each([
    ['counts', [[0, 4, null]], [0, 4]],
    ['numbers below 0', [[-0.002, 0.001]], [-0.002, 0.001]],
    ['zeros', [[0, 0]], [0, 1]],
  ])('colours %s over their whole range', (_name, values, [min, max]) => {
    const columns = ['a', 'b', 'c'];
    const chart = {
      kind: 'heatmap' as const,
      title: 'α',
      measure: 'α',
      rows: ['edge'],
      columns,
      values,
      chosen: [null],
    };
    expect(optionOf(chart, LIGHT)).toMatchObject({ visualMap: { min, max } });
  });
});
