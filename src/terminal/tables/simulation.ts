import pc from 'picocolors';
import type { SimulationResult, SimulationRow } from '../../jobs/simulate/result.js';
import { describePart } from '../../jobs/simulate/split.js';
import { counted, formatSeconds } from '../units.js';
import { fittingTable, type LabelledValue, listOf } from './layout.js';

/** The tables of a simulation: one for the part to choose on, if any, and one for the report. */
export function describeSimulation(result: SimulationResult): string {
  const { split, rows, chosen, benchmark, files, seconds, tables, measured } = result;
  const facts: LabelledValue[] = [
    ...tables.map((table): LabelledValue => ['table', describeTable(table)]),
    ...(measured === null ? [] : [['measured', describeMeasured(result)] as LabelledValue]),
    ['against', benchmark],
  ];
  const blocks = [listOf(facts)];
  if (split.choose !== null) {
    blocks.push(`${pc.bold('chosen on')} ${describePart(split.choose)}\n${tableOf(result, 'choose')}`);
    blocks.push(chosen === null ? 'Nothing was chosen.' : `The best by ${split.chooseBy}: ${pc.bold(chosen)}`);
  }
  blocks.push(`${pc.bold('reported on')} ${describePart(split.report)}\n${tableOf(result, 'report')}`);
  blocks.push(...calibrationsOf(rows));
  const searches = rows.reduce((sum, row) => sum + row.searches, 0);
  blocks.push(
    listOf([
      ['files', files.folder],
      ['time', `${counted(searches, 'search')} in ${formatSeconds(seconds)}`],
    ]),
  );
  return blocks.join('\n\n');
}

function describeTable({ folder, batches, architectures, isComplete }: SimulationResult['tables'][number]): string {
  const rest = isComplete ? '' : ', not complete';
  return `${folder}: ${counted(architectures, 'architecture')}, batches ${batches.join(', ')}${rest}`;
}

function describeMeasured({ measured, tables }: SimulationResult): string {
  const added = tables.reduce((sum, table) => sum + table.added, 0);
  return `${counted(measured ?? 0, 'measurement')} in this session; simulations have added ${counted(added, 'architecture')}`;
}

/** Stated and observed probabilities of the variants that state them. */
function calibrationsOf(rows: readonly SimulationRow[]): string[] {
  const stating = rows.filter(({ part, calibration }) => part === 'report' && calibration.length > 0);
  if (stating.length === 0) return [];
  const table = fittingTable(['variant', 'stated', 'searches', 'observed'], ['left', 'right', 'right', 'right']);
  for (const { name, calibration } of stating) {
    for (const { stated, searches, observed } of calibration) {
      table.push([name, percent(stated), String(searches), percent(observed)]);
    }
  }
  return [`${pc.bold('how sure')} observed: the share of the answers that are the most common one\n${table}`];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function tableOf({ rows, series }: SimulationResult, part: SimulationRow['part']): string {
  const names = series.map(({ dataset }) => `${dataset}\nmean, median, 5 %, worst`);
  const head = ['variant', 'searches', 'evaluations', '10⁹ FLOPs', 'seconds', ...names, 'rank\nmean, worst'];
  const table = fittingTable(head, [
    'left',
    'right',
    'right',
    'right',
    'right',
    ...names.map(() => 'left' as const),
    'left',
  ]);
  for (const row of rows) if (row.part === part) table.push(cellsOf(row));
  return table.toString();
}

function cellsOf({ name, searches, cost, figures }: SimulationRow): string[] {
  const [first] = figures;
  return [
    name,
    String(searches),
    cost.evaluations.toFixed(0),
    (cost.flops / 1000).toFixed(0),
    cost.seconds.toFixed(0),
    ...figures.map((one) =>
      one === null ? '-' : [one.mean, one.median, one.low, one.worst].map((value) => value.toFixed(2)).join(', '),
    ),
    first ? `${first.meanRank.toFixed(0)}, ${first.worstRank}` : '-',
  ];
}
