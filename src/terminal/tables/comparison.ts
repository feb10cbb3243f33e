import pc from 'picocolors';
import { mixedNotes } from '../../jobs/arithmetic-kinds.js';
import type { CostKind } from '../../jobs/compare/cost.js';
import type { ComparisonResult, ComparisonRow, Figure } from '../../jobs/compare/result.js';
import { convertSpread, type Spread, spreadText } from '../../statistics/moments.js';
import { fittingTable } from './layout.js';

/** The unit of each cost in a table, and its size in the cost's own unit. */
const UNITS: Readonly<Record<CostKind, { readonly name: string; readonly size: number }>> = {
  seconds: { name: 's', size: 1 },
  steps: { name: 'steps', size: 1 },
  // The cost is in millions.
  flops: { name: '10¹² FLOPs', size: 1e6 },
  simulated: { name: 'simulated s', size: 1 },
  evaluations: { name: 'evaluations', size: 1 },
};
const SIGNIFICANT_DIGITS = 3;

/** One row for each strategy and objective, then the rows of references. */
export function describeComparison(result: ComparisonResult): string {
  const { series, rows, published, failures, files, benchmark, budget, cost } = result;
  const kinds: CostKind[] = cost === 'seconds' ? ['seconds'] : [cost, 'seconds'];
  const head = ['method', 'runs', ...kinds.map((kind) => `cost (${UNITS[kind].name})`), 'architectures'];
  const first = series[0]?.dataset;
  const judged = first === undefined ? [] : [`rank`, `regret`, 'optimum', 'vote'];
  const heads = [...head, ...series.map(({ dataset }) => `${dataset} %`), ...judged];
  // Many rows are easier to read without lines between them.
  const table = fittingTable(heads, ['left', ...new Array<'right'>(heads.length - 1).fill('right')], { lines: false });
  for (const row of rows) table.push(measuredCells(row, kinds, series.length > 0));
  if (series.length > 0) for (const cells of referenceCells(result, kinds)) table.push(cells);
  for (const cells of publishedCells(result, kinds)) table.push(cells);
  const within = budget === null ? 'without a budget' : `within ${describeAmount(budget, cost)}`;
  return [
    `${pc.bold(`${result.space} on ${result.dataset}`)}, ${within}: mean ± deviation over the runs`,
    table.toString(),
    ...(first === undefined ? [] : [legendOf(result, first)]),
    ...earlyEnds(result),
    ...failures.map(({ row, seed, reason }) => `${pc.red('failed')}: ${row}, seed ${seed}: ${reason}`),
    ...(published === null ? [] : [`published: ${published.source}; seconds on the authors' machine`]),
    ...mixedNotes(result.kinds ?? []),
    `accuracies: ${benchmark}`,
    `files: ${files.folder}`,
  ].join('\n');
}

function measuredCells(row: ComparisonRow, kinds: readonly CostKind[], judged: boolean): string[] {
  const { name, runs, figures, architectures } = row;
  const costs = kinds.map((kind) => {
    const spread = row.cost?.[kind];
    return spread ? describeCost(spread, UNITS[kind].size) : '';
  });
  const [first] = figures;
  const of = (count: number) => `${count}/${runs.length}`;
  return [
    row.unlimited ? `${pc.bold(name)} (no budget)` : pc.bold(name),
    String(runs.length),
    ...costs,
    architectures ? spreadText(architectures, 0) : '',
    ...figures.map((figure) => (figure ? spreadText(figure.accuracy, 2) : '')),
    ...(judged && first
      ? [spreadText(first.rank, 1), spreadText(first.regret, 2), of(first.optimal), of(first.asGoodAsVote)]
      : []),
  ];
}

/** The best possible result, and the result of a vote among the truly best architectures. */
function referenceCells({ series, voting }: ComparisonResult, kinds: readonly CostKind[]): string[][] {
  const blank = ['', ...kinds.map(() => ''), ''];
  const optimum = ["the space's optimum", ...blank, ...series.map(({ optimum: { accuracy } }) => accuracy.toFixed(2))];
  const rows = [[...optimum, '1', '0.00', '', '']];
  if (voting === null) return rows;
  const figure = (one: Figure | null) => one?.accuracy.toFixed(2) ?? '';
  const [first = null] = voting.figures;
  const judged = first === null ? ['', ''] : [String(first.rank), first.regret.toFixed(2)];
  const name = `vote of the best ${voting.voters}`;
  return [...rows, [name, ...blank, ...voting.figures.map(figure), ...judged, '', '']];
}

function publishedCells({ series, published }: ComparisonResult, kinds: readonly CostKind[]): string[][] {
  const cells = (published?.rows ?? []).map(({ method, seconds, accuracies }) => [
    `${method} (published)`,
    '',
    ...kinds.map((kind) => (kind === 'seconds' ? seconds.toFixed(1) : '')),
    '',
    ...series.map(({ dataset }) => (accuracies[dataset] ? spreadText(accuracies[dataset], 2) : '')),
    ...(series.length === 0 ? [] : ['', '', '', '']),
  ]);
  return series.length === 0 ? [] : cells;
}

function legendOf({ series, voting }: ComparisonResult, dataset: string): string {
  const same = series.every(({ optimum }) => optimum.genotype === series[0]?.optimum.genotype);
  const optimum = same ? '' : ' (a different one for each data set)';
  const vote = voting === null ? '' : `; vote: runs as good as a vote of the ${voting.voters} best architectures`;
  return (
    `rank, regret: on ${dataset}, among ${series[0]?.architectures} architectures; ` +
    `optimum: runs that found the best architecture${optimum}${vote}`
  );
}

/** Searches that ended before they had spent the budget. */
function earlyEnds({ rows, budget }: ComparisonResult): string[] {
  if (budget === null) return [];
  return rows.flatMap(({ name, runs, unlimited }) => {
    const ended = runs.filter((run) => run.ended !== null).length;
    return ended === 0 || unlimited
      ? []
      : [`${name}: ${ended} of ${runs.length} runs ended before the budget was spent`];
  });
}

function describeAmount(value: number, kind: CostKind): string {
  const { name, size } = UNITS[kind];
  return `${value / size} ${name}`;
}

/** Chooses the decimals by the size of the mean. */
function describeCost(cost: Spread, size: number): string {
  const spread = convertSpread(cost, (value) => value / size);
  const magnitude = spread.mean > 0 ? Math.floor(Math.log10(spread.mean)) : 0;
  return spreadText(spread, Math.min(12, Math.max(0, SIGNIFICANT_DIGITS - 1 - magnitude)));
}
