import pc from 'picocolors';
import { withProgramCommand } from '../../installation/program.js';
import type {
  BenchmarkAnswer,
  BenchmarkFigure,
  BenchmarkImported,
  BenchmarkRanking,
  BenchmarkSummary,
} from '../../protocol/messages.js';
import { counted } from '../units.js';
import { fittingTable } from './layout.js';

/** The summary of an import. `size` is the number of architectures of the whole benchmark, if known. */
export function describeImport(imported: BenchmarkImported, size: number | undefined): string {
  const { benchmark, architectures, results, datasets, index, seconds } = imported;
  const partial = size !== undefined && architectures < size ? ` of ${size} (ranks are among these)` : '';
  return [
    `${pc.bold(benchmark)}: ${counted(results, 'result')} of ${counted(architectures, 'architecture')}${partial}, in ${seconds.toFixed(1)} s`,
    `data sets: ${datasets.join(', ')}`,
    `index: ${index}`,
  ].join('\n');
}

const SERIES_HEAD = ['data set', 'split', 'epochs', 'aggregation', 'in papers'];
const SERIES_ALIGNS = ['left', 'left', 'right', 'left', 'left'] as const;

/** One row for each of `figures`, then the costs and the source. */
export function describeAnswer(answer: BenchmarkAnswer, figures: readonly BenchmarkFigure[]): string {
  const { benchmark, number, genotype, costs, source } = answer;
  const table = fittingTable(
    [...SERIES_HEAD, 'accuracy %', 'rank', 'regret %'],
    [...SERIES_ALIGNS, 'right', 'right', 'right'],
  );
  for (const figure of figures) {
    const { accuracy, rank, of, regret } = figure;
    table.push([...seriesCells(figure), accuracy.toFixed(2), `${rank} of ${of}`, regret.toFixed(2)]);
  }
  const hidden = answer.figures.length - figures.length;
  return [
    `${pc.bold(genotype)}  (${benchmark} number ${number})`,
    table.toString(),
    ...(hidden > 0 ? [`${hidden} more figures, which papers do not report: --all`] : []),
    ...Object.entries(costs).map(([name, value]) => `${name}: ${value.toPrecision(5)}`),
    'rank 1 is the best architecture with this figure; regret is the distance to it',
    withProgramCommand(`source: ${source}`),
  ].join('\n');
}

/** One row for each of the best architectures of a series. */
export function describeRanking({ benchmark, source, series, best }: BenchmarkRanking): string {
  const [dataset, split, epochs, aggregation] = seriesCells(series);
  const costs = [...new Set(best.flatMap((one) => Object.keys(one.costs)))];
  const table = fittingTable(
    ['rank', 'number', 'accuracy %', ...costs, 'genotype'],
    ['right', 'right', 'right', ...costs.map(() => 'right' as const), 'left'],
  );
  for (const { rank, number, accuracy, genotype, costs: values } of best) {
    const figures = costs.map((name) => values[name]?.toPrecision(5) ?? '');
    table.push([String(rank), String(number), accuracy.toFixed(2), ...figures, genotype]);
  }
  const papers = series.reported ? 'papers report this figure' : 'papers do not report this figure';
  return [
    `${pc.bold(`${dataset} ${split}`)}, ${epochs} epochs, ${aggregation}: ${papers}`,
    table.toString(),
    `${best.length} of ${counted(series.architectures, 'architecture')} of ${benchmark}`,
    withProgramCommand(`source: ${source}`),
  ].join('\n');
}

/** The series of an index and the ranges of its costs. */
export function describeSummary({ benchmark, source, architectures, series, costs }: BenchmarkSummary): string {
  const table = fittingTable(
    [...SERIES_HEAD, 'architectures', 'worst %', 'mean %', 'best %'],
    [...SERIES_ALIGNS, 'right', 'right', 'right', 'right'],
  );
  for (const one of series) {
    const accuracies = [one.worst, one.mean, one.best].map((value) => value.toFixed(2));
    table.push([...seriesCells(one), String(one.architectures), ...accuracies]);
  }
  return [
    `${pc.bold(benchmark)}: ${counted(architectures, 'architecture')}`,
    table.toString(),
    ...costs.map(({ name, least, most }) => `${name}: ${least.toPrecision(5)} to ${most.toPrecision(5)}`),
    withProgramCommand(`source: ${source}`),
  ].join('\n');
}

function seriesCells({
  dataset,
  split,
  epochs,
  aggregation,
  reported,
}: Pick<BenchmarkFigure, 'dataset' | 'split' | 'epochs' | 'aggregation' | 'reported'>): string[] {
  return [dataset, split, epochs === null ? 'not stated' : String(epochs), aggregation, reported ? 'yes' : ''];
}
