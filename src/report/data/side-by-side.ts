/** Several runs side by side: their figures, the settings in which they differ, and the course of searches. */
import type { ChartSeries, PlaneChart } from '../../charts/chart.js';
import type { Block, ReportTable, RunReport, Section } from './schema.js';

/** @param runs at least two */
export function sideBySide(runs: readonly RunReport[]): Section[] {
  const blocks: Block[] = [{ type: 'table', title: 'Figures', table: factTable(runs) }];
  const course = courseChart(runs);
  if (course.series.length > 1) {
    blocks.push({
      type: 'chart',
      id: 'lowest',
      chart: course,
      text: 'The lowest loss that each search had found so far.',
    });
  }
  const settings = settingTable(runs);
  if (settings.rows.length > 0) blocks.push({ type: 'table', title: 'Settings that differ', table: settings });
  return [{ id: 'side-by-side', title: 'Side by side', blocks }];
}

/** The names of the runs; those of equal names have their number. */
export function runNames(runs: readonly Pick<RunReport, 'name'>[]): string[] {
  return runs.map(({ name }, index) =>
    runs.filter((other) => other.name === name).length > 1 ? `${name} (${index + 1})` : name,
  );
}

function columnsOf(runs: readonly RunReport[]): ReportTable['columns'] {
  return ['', ...runNames(runs)].map((label) => ({ label, numeric: false }));
}

function factTable(runs: readonly RunReport[]): ReportTable {
  const labels = [...new Set(runs.flatMap(({ facts }) => facts.map(({ label }) => label)))];
  const rows = labels.map((label) => ({
    cells: [label, ...runs.map(({ facts }) => facts.find((fact) => fact.label === label)?.value ?? null)],
  }));
  const own = [
    { cells: ['kind', ...runs.map(({ kind }) => kind)] },
    { cells: ['state', ...runs.map(({ state }) => state)] },
    { cells: ['result', ...runs.map(({ headline }) => headline)] },
  ];
  return { columns: columnsOf(runs), rows: [...own, ...rows] };
}

/** The lines `lowest so far` of all searches. */
function courseChart(runs: readonly RunReport[]): PlaneChart {
  const names = runNames(runs);
  const series = runs.flatMap(({ sections }, index): ChartSeries[] => {
    const blocks = sections.flatMap((section) => section.blocks);
    const course = blocks.find((block) => block.type === 'chart' && block.id === 'search');
    if (course?.type !== 'chart' || course.chart.kind !== 'plane') return [];
    const lowest = course.chart.series.find(({ as }) => as === 'steps');
    const points = (lowest?.points ?? []).map(({ x, y }) => ({ x, y }));
    return points.length === 0 ? [] : [{ name: names[index] ?? '', as: 'steps', points }];
  });
  const losses = series.flatMap(({ points }) => points.map(({ y }) => y));
  return {
    kind: 'plane',
    title: 'Lowest loss so far',
    x: { label: 'architecture, in the order of the search' },
    y: { label: 'loss', log: losses.every((loss) => loss > 0) },
    series,
  };
}

/** Settings by key of the configuration tables. */
function settingsOf({ sections }: RunReport): ReadonlyMap<string, string> {
  const tables = sections
    .flatMap(({ id, blocks }) => (id === 'setup' ? blocks : []))
    .flatMap((block) => (block.type === 'table' ? block.table.rows : []));
  return new Map(tables.map(({ cells: [key, value] }) => [String(key), String(value)]));
}

function settingTable(runs: readonly RunReport[]): ReportTable {
  const all = runs.map(settingsOf);
  const keys = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
  const rows = keys
    .map((key) => ({ cells: [key, ...all.map((settings) => settings.get(key) ?? null)] }))
    .filter(({ cells: [, ...values] }) => new Set(values).size > 1);
  return { columns: columnsOf(runs), rows };
}
