import { type Spread, spreadOf } from '../../statistics/moments.js';
import { type CostKind, costFrom, NO_COST, type SearchCost } from './cost.js';
import { type Change, curveOf, stairsOf } from './curves.js';
import type { ComparedRun, ComparisonRow, Figure } from './result.js';
import { stepWithin, type Trajectory } from './trajectory.js';

/** The figures of an architecture in a benchmark, one for each series; null for a figure that it lacks. */
export type FiguresOf = (genotype: string) => readonly (Figure | null)[];

/** A search whose journal has been read. */
export interface RecordedSearch {
  readonly seed: number;
  readonly folder: string;
  readonly trajectory: Trajectory;
}

export interface RowOptions extends Pick<ComparisonRow, 'name' | 'strategy' | 'objective' | 'cfg' | 'unlimited'> {
  readonly searches: readonly RecordedSearch[];
  readonly kind: CostKind;
  readonly budget: number | null;
  /** Number of series. */
  readonly series: number;
  readonly figuresOf: FiguresOf;
  /** Figures of the vote of the best architectures, by series. */
  readonly voting: readonly (Figure | null)[];
}

/** One row of the comparison: the answers of its searches within the budget, and their course. */
export function rowOf(options: RowOptions): ComparisonRow {
  const { name, strategy, objective, cfg, unlimited, searches, series, voting } = options;
  const budget = unlimited ? null : options.budget;
  const runs = searches.map((search) => runOf(search, { ...options, budget }));
  const all = Array.from({ length: series }, (_, index) => index);
  return {
    ...{ name, strategy, objective, cfg, unlimited, runs },
    cost: costsOf(runs.map(({ cost }) => cost)),
    architectures: spreadOrNull(runs.map(({ architectures }) => architectures)),
    figures: all.map((index) =>
      summarise(
        runs.map(({ figures }) => figures[index] ?? null),
        voting[index] ?? null,
      ),
    ),
    curves: all.map((index) => curveOf(searches.map((search) => regretOf(search, index, { ...options, budget })))),
  };
}

function runOf(
  { seed, folder, trajectory }: RecordedSearch,
  { kind, budget, series, figuresOf }: RowOptions,
): ComparedRun {
  const step = stepWithin(trajectory, kind, budget);
  const genotype = step?.genotype ?? null;
  const none = Array.from({ length: series }, () => null);
  return {
    seed,
    folder,
    ended: step === trajectory.steps.at(-1) ? trajectory.ended : null,
    architectures: step?.architectures ?? 0,
    cost: step?.cost ?? NO_COST,
    genotype,
    figures: genotype === null ? none : [...figuresOf(genotype)],
  };
}

function costsOf(costs: readonly SearchCost[]): ComparisonRow['cost'] {
  if (costs.length === 0) return null;
  return costFrom((kind) => spreadOf(costs.map((cost) => cost[kind])));
}

function spreadOrNull(values: readonly number[]): Spread | null {
  return values.length === 0 ? null : spreadOf(values);
}

/** Null unless all runs have the figure: a mean over some of them could not be compared. */
function summarise(figures: readonly (Figure | null)[], voting: Figure | null): ComparisonRow['figures'][number] {
  const known = figures.filter((figure) => figure !== null);
  if (known.length < figures.length || known.length === 0) return null;
  const spread = (of: keyof Figure) => spreadOf(known.map((figure) => figure[of]));
  return {
    accuracy: spread('accuracy'),
    rank: spread('rank'),
    regret: spread('regret'),
    optimal: known.filter(({ rank }) => rank === 1).length,
    asGoodAsVote: voting === null ? 0 : known.filter(({ rank }) => rank <= voting.rank).length,
  };
}

function regretOf({ trajectory }: RecordedSearch, index: number, { kind, budget, figuresOf }: RowOptions) {
  const within = trajectory.steps.filter(({ cost }) => budget === null || cost[kind] <= budget);
  const values = within.flatMap(({ cost, genotype }): Change[] => {
    const figure = genotype === null ? null : (figuresOf(genotype)[index] ?? null);
    return figure === null ? [] : [{ cost: cost[kind], value: figure.regret }];
  });
  return stairsOf(values, within.at(-1)?.cost[kind] ?? 0);
}

/** Every architecture that was the answer of a search at some moment. */
export function answersOf(searches: readonly RecordedSearch[]): string[] {
  const answers = searches.flatMap(({ trajectory }) => trajectory.steps.map(({ genotype }) => genotype));
  return [...new Set(answers.filter((genotype) => genotype !== null))];
}
