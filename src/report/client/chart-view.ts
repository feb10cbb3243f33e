/** A chart in the page, with its numbers as a table below it. */
import type { Chart, PlaneChart, Point } from '../../charts/chart.js';
import { optionOf, seriesNumberOf } from '../../charts/option.js';
import { make } from './dom.js';
import { echarts } from './echarts.js';
import { onPalette, palette } from './theme.js';

const ROW_HEIGHT = 36;
const HEADER_HEIGHT = 70;
/** Lines of the table of a chart: with more it would slow the page down. */
const MOST_LINES = 1000;

export interface ChartViewOptions {
  /** Called when a point that stands for an architecture is clicked. */
  readonly onOpen?: (item: number) => void;
  /** Lines of the tooltip of an architecture. */
  readonly describe?: (item: number) => readonly string[];
  readonly height?: number;
}

export class ChartView {
  readonly element: HTMLElement;
  readonly #place = make('div', { class: 'chart' });
  readonly #table = make('details', { class: 'numbers' }, [make('summary', {}, ['Numbers of this chart'])]);
  readonly #options: ChartViewOptions;
  readonly #instance: ReturnType<typeof echarts.init>;
  readonly #observer: ResizeObserver;
  readonly #stop: () => void;
  #chart: Chart;

  constructor(chart: Chart, options: ChartViewOptions = {}) {
    this.#chart = chart;
    this.#options = options;
    this.element = make('div', { class: 'chart-box' }, [this.#place, this.#table]);
    this.#place.style.height = `${this.#height()}px`;
    this.#instance = echarts.init(this.#place, null, { renderer: 'canvas', width: 600 });
    // For scripts of the reader, such as tests.
    Object.assign(this.#place, { echarts: this.#instance });
    this.#instance.on('click', (event) => this.#open(event as { seriesIndex?: number; dataIndex?: number }));
    this.#table.addEventListener('toggle', () => this.#fillTable());
    this.#observer = new ResizeObserver(() => this.#instance.resize({ width: this.#place.clientWidth }));
    this.#observer.observe(this.#place);
    this.#stop = onPalette(() => this.#draw());
    this.#draw();
  }

  update(chart: Chart): void {
    this.#chart = chart;
    this.#place.style.height = `${this.#height()}px`;
    this.#draw();
    this.#fillTable();
  }

  /** Emphasises the point of an architecture; none for null. */
  highlight(item: number | null): void {
    this.#instance.dispatchAction({ type: 'downplay' });
    this.#instance.dispatchAction({ type: 'hideTip' });
    const place = item === null ? null : this.#placeOf(item);
    if (place === null) return;
    this.#instance.dispatchAction({ type: 'highlight', ...place });
    this.#instance.dispatchAction({ type: 'showTip', ...place });
  }

  close(): void {
    this.#stop();
    this.#observer.disconnect();
    this.#instance.dispose();
  }

  #height(): number {
    if (this.#chart.kind === 'heatmap') return HEADER_HEIGHT + ROW_HEIGHT * this.#chart.rows.length;
    return this.#options.height ?? 380;
  }

  #draw(): void {
    this.#place.setAttribute('role', 'img');
    this.#place.setAttribute('aria-label', this.#chart.title);
    const narrow = this.#place.clientWidth > 0 && this.#place.clientWidth < 480;
    const tooltip = { trigger: 'item', confine: true, formatter: (point: Pointed) => this.#tooltip(point), ...boxOf() };
    this.#instance.setOption({ ...optionOf(this.#chart, palette(), { narrow }), tooltip }, { notMerge: true });
  }

  #pointOf({ seriesIndex = 0, dataIndex = 0 }: Pointed): { series: string; point: Point } | null {
    if (this.#chart.kind !== 'plane') return null;
    const series = this.#chart.series[seriesIndex - seriesNumberOf(this.#chart, 0)];
    const point = series?.points[dataIndex];
    return series && point ? { series: series.name, point } : null;
  }

  #placeOf(item: number): { seriesIndex: number; dataIndex: number } | null {
    if (this.#chart.kind !== 'plane') return null;
    for (const [index, { as, points }] of this.#chart.series.entries()) {
      if (as !== 'dots') continue;
      const dataIndex = points.findIndex((point) => point.item === item);
      if (dataIndex >= 0) return { seriesIndex: seriesNumberOf(this.#chart, index), dataIndex };
    }
    return null;
  }

  #open(event: Pointed): void {
    const item = this.#pointOf(event)?.point.item;
    if (item !== undefined) this.#options.onOpen?.(item);
  }

  #tooltip(event: Pointed): HTMLElement {
    const lines = this.#tooltipLines(event);
    return make('div', { class: 'tip' }, [...lines.map((line) => make('div', {}, [line]))]);
  }

  #tooltipLines(event: Pointed): readonly string[] {
    if (this.#chart.kind === 'heatmap') {
      const [x = 0, y = 0, value = 0] = event.data?.value ?? [];
      return [`${this.#chart.rows[y]}: ${this.#chart.columns[x]}`, `${value} ${this.#chart.measure}`];
    }
    const found = this.#pointOf(event);
    if (found === null) return [];
    const { series, point } = found;
    if (point.item !== undefined && this.#options.describe) return [series, ...this.#options.describe(point.item)];
    const x = this.#chart.x.categories?.[point.x] ?? short(point.x);
    return [series, `${this.#chart.x.label}: ${x}`, `${this.#chart.y.label}: ${short(point.y)}`, point.label ?? ''];
  }

  #fillTable(): void {
    for (const old of this.#table.querySelectorAll('.table-box')) old.remove();
    if (!this.#table.open) return;
    const label = `Numbers of: ${this.#chart.title}`;
    this.#table.append(
      make('div', { class: 'table-box', tabindex: 0, role: 'group', 'aria-label': label }, [tableOf(this.#chart)]),
    );
  }
}

interface Pointed {
  readonly seriesIndex?: number;
  readonly dataIndex?: number;
  readonly data?: { readonly value?: readonly number[] };
}

function boxOf() {
  const { background, text, grid } = palette();
  return { backgroundColor: background, borderColor: grid, textStyle: { color: text } };
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(5);
}

function tableOf(chart: Chart): HTMLTableElement {
  const [head, lines] = chart.kind === 'plane' ? planeLines(chart) : [['', ...chart.columns], heatLines(chart)];
  const shown = lines.slice(0, MOST_LINES);
  const row = (cells: readonly string[], tag: 'th' | 'td') =>
    make(
      'tr',
      {},
      cells.map((cell) => make(tag, {}, [cell])),
    );
  const more = lines.length - shown.length;
  return make('table', {}, [
    make('thead', {}, [row(head, 'th')]),
    make('tbody', {}, [...shown.map((cells) => row(cells, 'td')), more > 0 ? row([`and ${more} more`], 'td') : null]),
  ]);
}

function planeLines({ series, x, y }: PlaneChart): [string[], string[][]] {
  const lines = series.flatMap(({ name, points }) =>
    points.map((point) => [name, x.categories?.[point.x] ?? short(point.x), short(point.y)]),
  );
  return [['series', x.label, y.label], lines];
}

function heatLines({ rows, values }: Extract<Chart, { kind: 'heatmap' }>): string[][] {
  return rows.map((row, index) => [
    row,
    ...(values[index] ?? []).map((value) => (value === null ? '' : String(value))),
  ]);
}
