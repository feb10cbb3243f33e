/** The report of a comparison of searches under equal cost. */
import { join } from 'node:path';
import { COST_LABELS, regretChart } from '../../../jobs/compare/charts.js';
import { type ComparisonResult, type ComparisonRow, comparisonResultSchema } from '../../../jobs/compare/result.js';
import { type Spread, spreadText } from '../../../statistics/moments.js';
import { counted, grouped } from '../../../system/units.js';
import type { Block, ReportTable, RunReport } from '../schema.js';
import { againSection, plainReport, readResultFile, unfinishedReport } from './job-reports.js';

export const COMPARISON_FILE = 'comparison.json';

export function comparisonReport(folder: string): RunReport {
  const result = readResultFile(join(folder, COMPARISON_FILE), comparisonResultSchema);
  if (result === null) return unfinishedReport('comparison', folder, []);
  const { rows, series, budget, cost, failures, rminas, benchmark } = result;
  const best = bestRow(result);
  const runs = rows.reduce((sum, row) => sum + row.runs.length, 0);
  return plainReport({
    kind: 'comparison',
    folder,
    headline: best?.name ?? 'none',
    caption: series.length > 0 ? 'Lowest mean regret' : 'Compared searches',
    paragraphs: [paragraphOf(result)],
    facts: [
      { label: 'methods', value: grouped(rows.length) },
      {
        label: 'searches',
        value: grouped(runs),
        note: failures.length > 0 ? `${failures.length} more failed` : 'none failed',
      },
      { label: 'budget', value: budget === null ? 'none' : grouped(budget), note: COST_LABELS[cost] },
      ...series.map(({ dataset, optimum }) => ({
        label: `best of ${dataset}`,
        value: `${optimum.accuracy.toFixed(2)} %`,
        note: 'the highest accuracy in the benchmark',
      })),
    ],
    sections: [
      { id: 'regret', title: 'Regret over cost', blocks: regretBlocks(result) },
      { id: 'methods', title: 'The methods', blocks: methodBlocks(result) },
      againSection(folder, [
        { label: 'rminas', value: rminas },
        { label: 'accuracies', value: benchmark },
      ]),
    ],
  });
}

function bestRow({ rows }: ComparisonResult): ComparisonRow | undefined {
  const regret = (row: ComparisonRow) => row.figures[0]?.regret.mean ?? Number.POSITIVE_INFINITY;
  return [...rows].sort((a, b) => regret(a) - regret(b))[0];
}

function paragraphOf(result: ComparisonResult): string {
  const { rows, space, dataset, series } = result;
  const best = bestRow(result);
  const figure = best?.figures[0];
  const compared = `${counted(rows.length, 'method')} searched ${space} on ${dataset}.`;
  if (!best || !figure) return compared;
  const where = series[0]?.dataset ?? '';
  return (
    `${compared} The answers of ${best.name} are on average ${figure.regret.mean.toFixed(2)} percentage points below the ` +
    `best accuracy on ${where}. Bands hold the middle half of the seeds.`
  );
}

function regretBlocks(result: ComparisonResult): Block[] {
  return result.series.map(({ dataset }, index) => ({
    type: 'chart',
    id: `regret-${dataset.replaceAll(/[^\w.@-]+/g, '-')}`,
    chart: regretChart(result, index),
    text: 'How far the answer at each cost lies below the best accuracy of the space: the median of the seeds, and its quartiles.',
  }));
}

function methodBlocks(result: ComparisonResult): Block[] {
  const { failures } = result;
  const blocks: Block[] = [
    { type: 'table', title: 'Mean and deviation over the seeds', table: methodTable(result) },
    { type: 'table', title: 'Every search', table: runTable(result) },
  ];
  if (failures.length === 0) return blocks;
  const columns = ['method', 'seed', 'reason'].map((label) => ({ label, numeric: label === 'seed' }));
  const rows = failures.map(({ row, seed, reason }) => ({ cells: [row, seed, reason] }));
  return [...blocks, { type: 'table', title: 'Failed searches', table: { columns, rows } }];
}

function spread(value: Spread | null | undefined, digits: number): string | null {
  return value ? spreadText(value, digits) : null;
}

function methodTable({ rows, series, published, cost }: ComparisonResult): ReportTable {
  const labels = [
    'method',
    'runs',
    COST_LABELS[cost],
    'architectures',
    ...series.map(({ dataset }) => `${dataset}, %`),
  ];
  const judged = series.length > 0 ? ['rank', 'regret'] : [];
  return {
    columns: [...labels, ...judged].map((label, index) => ({ label, numeric: index > 0 })),
    rows: [
      ...rows.map((row) => ({
        cells: [
          row.name,
          row.runs.length,
          spread(row.cost?.[cost], 0),
          spread(row.architectures, 0),
          ...row.figures.map((figure) => spread(figure?.accuracy, 2)),
          ...(series.length > 0 ? [spread(row.figures[0]?.rank, 1), spread(row.figures[0]?.regret, 2)] : []),
        ],
      })),
      ...(published?.rows ?? []).map(({ method, accuracies }) => ({
        cells: [
          `${method} (published)`,
          ...[null, null, null],
          ...series.map(({ dataset }) => spread(accuracies[dataset], 2)),
          ...judged.map(() => null),
        ],
      })),
    ],
  };
}

function runTable({ rows, series, cost }: ComparisonResult): ReportTable {
  const labels = [
    'method',
    'seed',
    'architectures',
    COST_LABELS[cost],
    ...series.map(({ dataset }) => `${dataset}, %`),
  ];
  return {
    columns: [...labels, 'answer'].map((label, index) => ({ label, numeric: index > 0 && index < labels.length })),
    rows: rows.flatMap(({ name, runs }) =>
      runs.map((run) => ({
        cells: [
          name,
          run.seed,
          run.architectures,
          Number(run.cost[cost].toPrecision(4)),
          ...run.figures.map((figure) => (figure === null ? null : Number(figure.accuracy.toFixed(2)))),
          run.genotype,
        ],
      })),
    ),
  };
}
