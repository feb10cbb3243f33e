import { findIndex, missingIndexAdvice } from '../../benchmarks/ready-index.js';
import { reportedFigures } from '../../benchmarks/reported.js';
import { hasShipped } from '../../benchmarks/shipped.js';
import { findInBenchmark, openBenchmark } from '../../benchmarks/source.js';
import type { BenchmarkDefinition } from '../../definitions/benchmark.js';
import { MissingError } from '../../errors.js';
import type { BenchmarkAnswer, BenchmarkFigure } from '../../protocol/messages.js';
import { runPool } from '../../search/pool.js';
import type { Sidecar } from '../../sidecar/client.js';
import type { Candidate } from './sample.js';

/** Queries at the same time: the sidecar answers them one after another. */
const AT_ONCE = 16;

/** One kind of accuracy in a benchmark. */
export interface AccuracySeries {
  /** Unique: data set and split, and more if these are not enough. */
  readonly name: string;
  readonly dataset: string;
  readonly split: string;
  readonly epochs: number | null;
  readonly aggregation: string;
}

/** An architecture with its accuracies in a benchmark. */
export interface KnownArchitecture extends Candidate {
  /** Per cent, by the name of the series. */
  readonly accuracies: ReadonlyMap<string, number>;
}

export interface Accuracies {
  readonly source: string;
  readonly series: readonly AccuracySeries[];
  /** The architectures of the sample that the benchmark has, in their order. */
  readonly known: readonly KnownArchitecture[];
}

/**
 * Checks that there is a benchmark, before anything is started.
 * @throws MissingError `missing-benchmark`
 */
export function checkBenchmark(benchmark: BenchmarkDefinition, data: string | null): void {
  if (findIndex(benchmark, data) === undefined && !hasShipped(benchmark)) throw missing(missingIndexAdvice(benchmark));
}

/**
 * Looks up the accuracies that papers report, of each architecture.
 * @throws MissingError `missing-benchmark` if there is no table, or it has none of these architectures
 */
export async function findAccuracies(options: {
  sidecar: Sidecar;
  benchmark: BenchmarkDefinition;
  sample: readonly Candidate[];
  data: string | null;
  signal: AbortSignal;
}): Promise<Accuracies> {
  const { sidecar, benchmark, sample, data, signal } = options;
  const source = await openBenchmark(sidecar, benchmark, data);
  if (source === undefined) throw missing(missingIndexAdvice(benchmark));
  const found = new Map<number, BenchmarkAnswer>();
  const answers = runPool({
    items: sample,
    capacity: () => AT_ONCE,
    run: async ({ number, genotype }) => ({ number, answer: await findInBenchmark(source, genotype) }),
    signal,
  });
  for await (const { number, answer } of answers) if (answer) found.set(number, answer);
  const first = found.values().next().value;
  if (first === undefined)
    throw missing(`${(await source.summary()).source} has none of the ${sample.length} architectures.`);
  return collect(first.source, sample, found);
}

function missing(problem: string): MissingError {
  return new MissingError(`There is nothing to rank against. ${problem}`, {
    code: 'missing-benchmark',
    nextSteps: ['rminas benchmark --help says which tables can be imported.'],
  });
}

function collect(
  source: string,
  sample: readonly Candidate[],
  found: ReadonlyMap<number, BenchmarkAnswer>,
): Accuracies {
  const series = new Map<string, AccuracySeries>();
  const known = sample.flatMap((candidate) => {
    const answer = found.get(candidate.number);
    if (answer === undefined) return [];
    const accuracies = new Map<string, number>();
    for (const [name, figure] of named(reportedFigures(answer.figures))) {
      const { dataset, split, epochs, aggregation, accuracy } = figure;
      series.set(name, { name, dataset, split, epochs, aggregation });
      accuracies.set(name, accuracy);
    }
    return [{ ...candidate, accuracies }];
  });
  return { source, series: [...series.values()], known };
}

function named(figures: readonly BenchmarkFigure[]): [string, BenchmarkFigure][] {
  const short = ({ dataset, split }: BenchmarkFigure) => `${dataset} ${split}`;
  const isUnique = new Set(figures.map(short)).size === figures.length;
  return figures.map((figure) => {
    const epochs = figure.epochs === null ? '' : `, ${figure.epochs} epochs`;
    return [isUnique ? short(figure) : `${short(figure)}${epochs}, ${figure.aggregation}`, figure];
  });
}
