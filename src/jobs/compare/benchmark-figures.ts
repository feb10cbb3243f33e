import { dataFolders } from '../../assets/places.js';
import { benchmarkOf } from '../../benchmarks/benchmark.js';
import type { BenchmarkSource } from '../../benchmarks/figures.js';
import { findTable, indexFolder } from '../../benchmarks/places.js';
import { missingIndexAdvice } from '../../benchmarks/ready-index.js';
import { withSidecar } from '../../benchmarks/service.js';
import { findInBenchmark, openBenchmark } from '../../benchmarks/source.js';
import type { BenchmarkDefinition } from '../../definitions/benchmark.js';
import type { BenchmarkAnswer, BenchmarkSummary } from '../../protocol/messages.js';
import { runPool } from '../../search/pool.js';
import type { Sidecar } from '../../sidecar/client.js';
import type { Space, VoteRules } from '../../spaces/space.js';
import type { ComparedSeries, ComparisonResult, Figure } from './result.js';
import type { FiguresOf } from './rows.js';

/** Queries at the same time: the sidecar answers them one after another. */
const AT_ONCE = 16;

export interface BenchmarkFiguresOptions {
  readonly space: Space;
  /** The data set that is searched on. */
  readonly dataset: string;
  /** The rules of the vote of the best architectures, and the number of voters. */
  readonly vote: VoteRules & { readonly voters: number };
  readonly genotypes: readonly string[];
  readonly data: string | null;
  readonly python: string | undefined;
  readonly signal: AbortSignal;
}

/** The figures of the found architectures in a benchmark, which the searches did not use. */
export interface BenchmarkFigures extends Pick<ComparisonResult, 'benchmark' | 'series' | 'voting'> {
  readonly figuresOf: FiguresOf;
}

type SummarySeries = BenchmarkSummary['series'][number];

/**
 * Looks up the answers of searches. A space without a benchmark and a missing table give a note.
 * @throws MissingError for an index that cannot be read
 */
export async function benchmarkFigures(options: BenchmarkFiguresOptions): Promise<BenchmarkFigures> {
  const { space, data, python, signal } = options;
  const benchmark = benchmarkOf(space.name);
  if (benchmark === undefined) return withoutFigures(`There is no benchmark of the space ${space.name}.`);
  const table = findTable(benchmark, dataFolders({ data: data ?? undefined }));
  const paths = [indexFolder(), ...(table === undefined ? [] : [table])];
  return withSidecar({ python, signal }, paths, (sidecar) => ask(sidecar, benchmark, options));
}

function withoutFigures(benchmark: string): BenchmarkFigures {
  return { benchmark, series: [], voting: null, figuresOf: () => [] };
}

async function ask(
  sidecar: Sidecar,
  benchmark: BenchmarkDefinition,
  options: BenchmarkFiguresOptions,
): Promise<BenchmarkFigures> {
  const { dataset, genotypes, data, signal } = options;
  const source = await openBenchmark(sidecar, benchmark, data);
  if (source === undefined) return withoutFigures(missingIndexAdvice(benchmark));
  const summary = await source.summary();
  const series: ComparedSeries[] = [];
  for (const one of testSeriesOf(summary.series, dataset)) series.push(await withOptimum(source, one));
  const vote = await voteOfTheBest(source, series, options);
  const figures = new Map<string, (Figure | null)[]>();
  const answers = runPool({
    items: [...new Set([...genotypes, ...(vote === null ? [] : [vote.genotype])])],
    capacity: () => AT_ONCE,
    run: async (genotype) => ({ genotype, answer: await findInBenchmark(source, genotype) }),
    signal,
  });
  for await (const { genotype, answer } of answers) figures.set(genotype, figuresIn(answer, series));
  const figuresOf: FiguresOf = (genotype) => figures.get(genotype) ?? [];
  const voting = vote === null ? null : { ...vote, figures: [...figuresOf(vote.genotype)] };
  return { benchmark: summary.source, series, voting, figuresOf };
}

/**
 * The series of test accuracies that papers report: for each data set, that of the longest training. The data set that is
 * searched on comes first.
 */
export function testSeriesOf(all: readonly SummarySeries[], dataset: string): SummarySeries[] {
  const fitting = all.filter(({ split, seed }) => /(^|-)test$/.test(split) && seed === null);
  const best = new Map<string, SummarySeries>();
  for (const one of fitting) {
    const known = best.get(one.dataset);
    if (known === undefined || precedes(one, known)) best.set(one.dataset, one);
  }
  const isSearched = (one: SummarySeries) => one.dataset.toLowerCase() === dataset.toLowerCase();
  return [...best.values()].sort((a, b) => Number(isSearched(b)) - Number(isSearched(a)));
}

function precedes(a: SummarySeries, b: SummarySeries): boolean {
  return a.reported === b.reported ? (a.epochs ?? 0) > (b.epochs ?? 0) : a.reported;
}

async function withOptimum(source: BenchmarkSource, one: SummarySeries): Promise<ComparedSeries> {
  const { dataset, split, epochs, aggregation, architectures } = one;
  const { best } = await source.rank({ dataset, split, epochs, seed: null }, 1);
  const [optimum] = best;
  const { genotype, accuracy } = optimum ?? { genotype: '', accuracy: one.best };
  return { dataset, split, epochs, aggregation, architectures, optimum: { genotype, accuracy } };
}

/** The vote of the best architectures by accuracy: the answer of voting if no score were wrong. */
async function voteOfTheBest(
  source: BenchmarkSource,
  [first]: readonly ComparedSeries[],
  { space, vote: { voters: count, ...rules } }: BenchmarkFiguresOptions,
): Promise<{ genotype: string; voters: number } | null> {
  if (first === undefined) return null;
  const { dataset, split, epochs } = first;
  const { best } = await source.rank({ dataset, split, epochs, seed: null }, count);
  const voters = best.map(({ genotype }) => space.parse(genotype));
  return { genotype: space.print(space.vote(voters, rules)), voters: voters.length };
}

function figuresIn(answer: BenchmarkAnswer | null, series: readonly ComparedSeries[]): (Figure | null)[] {
  return series.map(({ dataset, split, epochs, aggregation }) => {
    const figure = answer?.figures.find(
      (one) =>
        one.dataset === dataset && one.split === split && one.epochs === epochs && one.aggregation === aggregation,
    );
    return figure === undefined ? null : { accuracy: figure.accuracy, rank: figure.rank, regret: figure.regret };
  });
}
