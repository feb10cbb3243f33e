import { csvOf } from '../../charts/csv.js';
import type { ComparisonResult, Figure } from './result.js';

const FIXED = ['row', 'kind', 'strategy', 'objective', 'seed', 'architectures'];
const COSTS = ['seconds', 'steps', 'mega_flops', 'simulated_seconds', 'evaluations'];

/** A line for each search, for the optimum, for the vote of the best architectures, and for each published row. */
export function comparisonCsv({ series, rows, voting, published }: ComparisonResult): string {
  const names = series.map(({ dataset }) => dataset);
  const head = [
    ...FIXED,
    ...COSTS,
    'ended',
    'genotype',
    ...names.flatMap((name) => [`${name} accuracy`, `${name} deviation`, `${name} rank`, `${name} regret`]),
  ];
  const line = (fixed: Partial<Record<string, string | number | null>>, figures: readonly Cells[]) => [
    ...[...FIXED, ...COSTS, 'ended', 'genotype'].map((name) => fixed[name] ?? ''),
    ...figures.flat(),
  ];
  const searches = rows.flatMap(({ name, strategy, objective, runs }) =>
    runs.map(({ seed, architectures, cost, ended, genotype, figures }) => {
      const { flops, simulated, ...others } = cost;
      const costs = { ...others, mega_flops: flops, simulated_seconds: simulated };
      const fixed = { row: name, kind: 'measured', strategy, objective, seed, architectures, ended, genotype };
      return line({ ...fixed, ...costs }, figures.map(cellsOf));
    }),
  );
  const optima = line(
    { row: 'optimum', kind: 'reference' },
    series.map(({ optimum }): Cells => [optimum.accuracy, '', 1, 0]),
  );
  const vote =
    voting &&
    line({ row: 'vote-of-the-best', kind: 'reference', genotype: voting.genotype }, voting.figures.map(cellsOf));
  const others = (published?.rows ?? []).map(({ method, seconds, accuracies }) =>
    line(
      { row: method, kind: 'published', seconds },
      names.map((name): Cells => [accuracies[name]?.mean ?? '', accuracies[name]?.deviation ?? '', '', '']),
    ),
  );
  const references = series.length === 0 ? [] : [optima, ...(vote ? [vote] : [])];
  return csvOf([head, ...searches, ...references, ...others]);
}

/** Accuracy, its deviation, rank and regret. */
type Cells = readonly [number | '', number | '', number | '', number | ''];

function cellsOf(figure: Figure | null): Cells {
  return figure === null ? ['', '', '', ''] : [figure.accuracy, '', figure.rank, figure.regret];
}
