import { csvOf } from '../../charts/csv.js';
import { mean } from '../../statistics/moments.js';
import { quantile } from '../../statistics/quantile.js';
import type { FiguresOf } from '../compare/rows.js';
import type { ChoiceFigure } from './plan.js';
import type { Replayed } from './replay.js';
import type { SimulationRow } from './result.js';

/** The quantile that a row shows as `low`. */
const LOW = 0.05;
const MOST_ANSWERS = 5;

/** A simulated search of a variant. */
export interface SimulatedSearch extends Replayed {
  readonly variant: string;
  readonly part: SimulationRow['part'];
  /** Seed of the batch. */
  readonly batch: number;
  readonly seed: number;
}

/** @param searches of one variant on one part; at least one */
export function simulationRow(
  searches: readonly SimulatedSearch[],
  {
    name,
    part,
    series,
    figuresOf,
  }: { name: string; part: SimulationRow['part']; series: number; figuresOf: FiguresOf },
): SimulationRow {
  const meanOf = (of: (search: SimulatedSearch) => number) => mean(searches.map(of));
  const answers = mostCommon(searches.map(({ genotype }) => genotype));
  return {
    ...{ name, part },
    searches: searches.length,
    cost: {
      flops: meanOf(({ cost }) => cost.flops),
      seconds: meanOf(({ cost }) => cost.seconds),
      evaluations: meanOf(({ cost }) => cost.evaluations),
      architectures: meanOf(({ architectures }) => architectures),
    },
    refused: meanOf(({ refused }) => refused),
    figures: Array.from({ length: series }, (_, index) => figuresIn(searches, index, figuresOf)),
    answers,
    calibration: calibrationOf(searches, answers[0]?.genotype),
  };
}

function figuresIn(
  searches: readonly SimulatedSearch[],
  index: number,
  figuresOf: FiguresOf,
): SimulationRow['figures'][number] {
  const figures = searches.flatMap(({ genotype }) => figuresOf(genotype)[index] ?? []);
  if (figures.length < searches.length) return null;
  const accuracies = figures.map(({ accuracy }) => accuracy);
  const ranks = figures.map(({ rank }) => rank);
  return {
    mean: mean(accuracies),
    median: quantile(accuracies, 0.5),
    low: quantile(accuracies, LOW),
    worst: quantile(accuracies, 0),
    meanRank: mean(ranks),
    worstRank: quantile(ranks, 1),
  };
}

/** Limits of the bins by stated probability. */
const BINS = [0, 0.25, 0.5, 0.75, 0.9, 1];

/** How often answers of a stated probability are the most common answer. Empty bins are left out. */
function calibrationOf(searches: readonly SimulatedSearch[], common: string | undefined): SimulationRow['calibration'] {
  const stated = searches.flatMap(({ genotype, confidence }) =>
    confidence === null ? [] : [{ confidence, agrees: genotype === common }],
  );
  return BINS.slice(1).flatMap((to, index) => {
    const from = BINS[index] ?? 0;
    const inBin = stated.filter(({ confidence }) => confidence >= from && (confidence < to || to === 1));
    if (inBin.length === 0) return [];
    return [
      {
        ...{ from, to },
        searches: inBin.length,
        stated: mean(inBin.map(({ confidence }) => confidence)),
        observed: mean(inBin.map(({ agrees }) => Number(agrees))),
      },
    ];
  });
}

function mostCommon(genotypes: readonly string[]): SimulationRow['answers'] {
  const counts = new Map<string, number>();
  for (const genotype of genotypes) counts.set(genotype, (counts.get(genotype) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_ANSWERS)
    .map(([genotype, searches]) => ({ genotype, searches }));
}

/**
 * The variant that is best by the first series. Of equal ones, the cheapest.
 * @returns null if no row has the figure
 */
export function chooseVariant(rows: readonly SimulationRow[], by: ChoiceFigure): string | null {
  const known = rows.flatMap((row) => (row.figures[0] ? [{ ...row, figure: row.figures[0][by] }] : []));
  const [best] = known.sort((a, b) => b.figure - a.figure || a.cost.flops - b.cost.flops);
  return best?.name ?? null;
}

/** A line for each simulated search. */
export function simulationCsv(
  searches: readonly SimulatedSearch[],
  datasets: readonly string[],
  figuresOf: FiguresOf,
): string {
  const head = [
    'variant',
    'part',
    'batch',
    'seed',
    'architectures',
    'evaluations',
    'mega_flops',
    'seconds',
    'genotype',
  ];
  const cells = (genotype: string, index: number): (string | number)[] => {
    const figure = figuresOf(genotype)[index];
    return figure ? [figure.accuracy, figure.rank] : ['', ''];
  };
  const lines = searches.map(({ variant, part, batch, seed, architectures, cost, genotype }) => [
    ...[variant, part, batch, seed, architectures, cost.evaluations, cost.flops, cost.seconds, genotype],
    ...datasets.flatMap((_, index) => cells(genotype, index)),
  ]);
  return csvOf([[...head, ...datasets.flatMap((name) => [`${name} accuracy`, `${name} rank`])], ...lines]);
}
