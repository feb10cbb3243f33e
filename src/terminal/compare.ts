import Table from 'cli-table3';
import pc from 'picocolors';
import type { CostKind } from '../jobs/compare/cost.js';
import type { ComparisonEvent } from '../jobs/compare/events.js';
import type { ComparisonResult, ComparisonRow, Figure } from '../jobs/compare/result.js';
import type { Spread } from '../statistics/moments.js';
import { liveLine } from './live-line.js';

/** Unit of each cost in a table, and what of the cost is one of it. */
const UNITS: Readonly<Record<CostKind, { readonly name: string; readonly size: number }>> = {
  seconds: { name: 's', size: 1 },
  steps: { name: 'steps', size: 1 },
  // The cost is in millions.
  flops: { name: '10¹² FLOPs', size: 1e6 },
  simulated: { name: 'simulated s', size: 1 },
  evaluations: { name: 'evaluations', size: 1 },
};
/** Of what has no natural number of decimals. */
const SIGNIFICANT = 3;

/** A row a strategy and objective, then what there is to compare with. */
export function describeComparison(result: ComparisonResult): string {
  const { series, rows, published, failures, files, benchmark, budget, cost } = result;
  const kinds: CostKind[] = cost === 'seconds' ? ['seconds'] : [cost, 'seconds'];
  const head = ['method', 'runs', ...kinds.map((kind) => `cost (${UNITS[kind].name})`), 'architectures'];
  const first = series[0]?.dataset;
  const judged = first === undefined ? [] : [`rank`, `regret`, 'optimum', 'vote'];
  const table = new Table({
    head: [...head, ...series.map(({ dataset }) => `${dataset} %`), ...judged],
    colAligns: ['left', ...new Array<'right'>(head.length - 1 + series.length + judged.length).fill('right')],
    // No lines between rows: there are many.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    style: { head: [], border: [] },
  });
  for (const row of rows) table.push(measuredCells(row, kinds, series.length > 0));
  if (series.length > 0) for (const cells of referenceCells(result, kinds)) table.push(cells);
  for (const cells of publishedCells(result, kinds)) table.push(cells);
  const within = budget === null ? 'each to its own end' : `within ${describeAmount(budget, cost)}`;
  return [
    `${pc.bold(`${result.space} on ${result.dataset}`)}, ${within}: mean ± deviation over the runs`,
    table.toString(),
    ...(first === undefined ? [] : [legendOf(result, first)]),
    ...earlyEnds(result),
    ...failures.map(({ row, seed, reason }) => `${pc.red('failed')}: ${row}, seed ${seed}: ${reason}`),
    ...(published === null ? [] : [`published: ${published.source}; seconds on the authors' machine`]),
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
    row.unlimited ? `${pc.bold(name)} (to its end)` : pc.bold(name),
    String(runs.length),
    ...costs,
    architectures ? describeSpread(architectures, 0) : '',
    ...figures.map((figure) => (figure ? describeSpread(figure.accuracy, 2) : '')),
    ...(judged && first
      ? [describeSpread(first.rank, 1), describeSpread(first.regret, 2), of(first.optimal), of(first.asGoodAsVote)]
      : []),
  ];
}

/** What no search can exceed, and what a vote would find whose voters were the truly best. */
function referenceCells({ series, voting }: ComparisonResult, kinds: readonly CostKind[]): string[][] {
  const blank = ['', ...kinds.map(() => ''), ''];
  const optimum = ["the space's optimum", ...blank, ...series.map(({ optimum: { accuracy } }) => accuracy.toFixed(2))];
  const rows = [[...optimum, '1', '0.00', '', '']];
  if (voting === null) return rows;
  const figure = (one: Figure | null) => one?.accuracy.toFixed(2) ?? '';
  const [first = null] = voting.figures;
  const judged = first === null ? ['', ''] : [String(first.rank), first.regret.toFixed(2)];
  const name = `vote of the truly best ${voting.voters}`;
  return [...rows, [name, ...blank, ...voting.figures.map(figure), ...judged, '', '']];
}

function publishedCells({ series, published }: ComparisonResult, kinds: readonly CostKind[]): string[][] {
  const cells = (published?.rows ?? []).map(({ method, seconds, accuracies }) => [
    `${method} (published)`,
    '',
    ...kinds.map((kind) => (kind === 'seconds' ? seconds.toFixed(1) : '')),
    '',
    ...series.map(({ dataset }) => (accuracies[dataset] ? describeSpread(accuracies[dataset], 2) : '')),
    ...(series.length === 0 ? [] : ['', '', '', '']),
  ]);
  return series.length === 0 ? [] : cells;
}

function legendOf({ series, voting }: ComparisonResult, dataset: string): string {
  const same = series.every(({ optimum }) => optimum.genotype === series[0]?.optimum.genotype);
  const optimum = same ? '' : ', an architecture of its own for each data set';
  const vote = voting === null ? '' : `; vote: runs as good as the vote of the ${voting.voters} truly best`;
  return (
    `rank, regret: on ${dataset}, among ${series[0]?.architectures} architectures; ` +
    `optimum: runs that found the best one${optimum}${vote}`
  );
}

/** Searches that stopped by themselves had no use for the rest of the budget. */
function earlyEnds({ rows, budget }: ComparisonResult): string[] {
  if (budget === null) return [];
  return rows.flatMap(({ name, runs, unlimited }) => {
    const ended = runs.filter((run) => run.ended !== null).length;
    return ended === 0 || unlimited ? [] : [`${name}: ${ended} of ${runs.length} runs ended by themselves before`];
  });
}

function describeAmount(value: number, kind: CostKind): string {
  const { name, size } = UNITS[kind];
  return `${value / size} ${name}`;
}

/** As many decimals as the mean needs. */
function describeCost({ mean, deviation }: Spread, size: number): string {
  const spread = { mean: mean / size, deviation: deviation === null ? null : deviation / size };
  const magnitude = mean > 0 ? Math.floor(Math.log10(spread.mean)) : 0;
  return describeSpread(spread, Math.min(12, Math.max(0, SIGNIFICANT - 1 - magnitude)));
}

function describeSpread({ mean, deviation }: Spread, digits: number): string {
  const middle = mean.toFixed(digits);
  return deviation === null ? middle : `${middle} ± ${deviation.toFixed(digits)}`;
}

export interface ComparisonReporter {
  show(event: ComparisonEvent): void;
  /** Leaves the terminal as it was. */
  clear(): void;
}

/** A line for each search that has come to its end, and on a terminal a live one of those under way. */
export function createComparisonReporter(stream: NodeJS.WriteStream): ComparisonReporter {
  const live = liveLine(stream);
  const going = new Map<string, number>();
  const noticed = new Set<string>();
  let done = 0;
  let total = 0;
  return {
    show(event) {
      if (event.type === 'comparison-opened') total = event.runs;
      if (event.type === 'run-completed' || event.type === 'run-failed') done += 1;
      // Searches that are alike have the same to say.
      if (event.type === 'notice' && noticed.has(event.text)) return;
      if (event.type === 'notice') noticed.add(event.text);
      const text = describeComparisonEvent(event, `${done}/${total}`);
      live.clear();
      if (text !== null) stream.write(`${text}\n`);
      if (event.type === 'run-advanced') going.set(`${event.row} seed ${event.seed}`, event.architectures);
      else if ('row' in event && event.type !== 'notice') going.delete(`${event.row} seed ${event.seed}`);
      if (going.size > 0) live.write([...going].map(([name, count]) => `${name}: ${count}`).join(' · '));
    },
    clear: live.clear,
  };
}

function describeComparisonEvent(event: ComparisonEvent, progress: string): string | null {
  switch (event.type) {
    case 'benchmark-found':
      return event.note;
    case 'comparison-opened':
      return `${event.runs} searches`;
    case 'run-advanced':
      return null;
    case 'run-completed':
      return `${progress} ${event.row}, seed ${event.seed}: ${event.architectures} architectures`;
    case 'run-failed':
      return `${progress} ${event.row}, seed ${event.seed} failed: ${event.reason}`;
    case 'notice':
      return event.text;
  }
}
