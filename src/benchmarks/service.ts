/** Benchmark queries of the command line and the Node API. Each call starts its own sidecar. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { dataFolders } from '../assets/places.js';
import { pathOption } from '../installation/paths.js';
import {
  abortSignal,
  anyText,
  callback,
  checkOptions,
  filledText,
  flagOption,
  type OptionShape,
  oneOf,
  seedOption,
  wholeNumberOption,
} from '../options.js';
import type {
  BenchmarkAnswer,
  BenchmarkImported,
  BenchmarkRanking,
  BenchmarkSummary,
  Progress,
} from '../protocol/messages.js';
import { Sidecar } from '../sidecar/client.js';
import { findPython } from '../sidecar/process/find-python.js';
import { BENCHMARK_NAMES, benchmarkNamed, normalArchitecture } from './benchmark.js';
import type { BenchmarkSource } from './figures.js';
import { findTable, indexFile, indexFolder } from './places.js';
import { shippedBenchmark } from './shipped.js';
import { indexSource } from './source.js';

export { consultBenchmark } from './consult.js';

/** Options of every benchmark function. */
export interface BenchmarkOptions {
  /** Python interpreter. Default: RMINAS_PYTHON, .venv, the active environment, or python3. */
  readonly python?: string | undefined;
  /** Folder of the indexes. Default: `benchmarks` in the user's data folder. */
  readonly folder?: string | undefined;
  /** Interrupts the call. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link importBenchmark}. */
export interface ImportBenchmarkOptions extends BenchmarkOptions {
  /** Table of trained accuracies: a file or a folder. Its format is recognized by its content. */
  readonly file: string;
  /** Unit of the accuracies. Default: per cent; a table without an accuracy above 1 is refused then. */
  readonly unit?: 'percent' | 'fraction' | undefined;
  /**
   * Names of columns in a CSV table, by the names `index`, `arch_str`, `cifar10`, `cifar100` and `ImageNet16-120`. Other
   * columns are ignored then.
   */
  readonly columns?: Readonly<Record<string, string>> | undefined;
  /** Whether the table may replace an index with more architectures. Default: false. */
  readonly replace?: boolean | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Options of the functions that read an index. */
export interface ReadBenchmarkOptions extends BenchmarkOptions {
  /**
   * Data folder. When there is no index yet, the first table of the benchmark in it is imported. Without index and table,
   * the test accuracies that ship with rminas are read.
   */
  readonly data?: string | undefined;
}

/** Options of {@link queryBenchmark}. */
export interface QueryBenchmarkOptions extends ReadBenchmarkOptions {
  /** Name of the benchmark. Default: `nas-bench-201`. */
  readonly benchmark?: string | undefined;
  /** A genotype, or a number in the benchmark's order, as text. */
  readonly architecture: string;
}

/** Options of {@link topArchitectures}. Unset options match every series; series that papers report come first. */
export interface TopArchitecturesOptions extends ReadBenchmarkOptions {
  /** Name of the benchmark. Default: `nas-bench-201`. */
  readonly benchmark?: string | undefined;
  /** Data set of the accuracies, e.g. `cifar100`. */
  readonly dataset?: string | undefined;
  /** Split of the accuracies, e.g. `x-test`. */
  readonly split?: string | undefined;
  /** Epochs of training. */
  readonly epochs?: number | undefined;
  /** Seed of a single training; without it, the mean over seeds. */
  readonly seed?: number | undefined;
  /** Number of architectures, 1 to 100,000. Default: 10. */
  readonly count?: number | undefined;
}

/** Options of {@link benchmarkStats}. */
export interface BenchmarkStatsOptions extends ReadBenchmarkOptions {
  /** Name of the benchmark. Default: `nas-bench-201`. */
  readonly benchmark?: string | undefined;
}

const COMMON_OPTIONS: OptionShape<BenchmarkOptions> = {
  python: pathOption.optional(),
  folder: pathOption.optional(),
  signal: abortSignal.optional(),
};
const IMPORT_OPTIONS: OptionShape<ImportBenchmarkOptions> = {
  ...COMMON_OPTIONS,
  file: pathOption,
  unit: oneOf(['percent', 'fraction']).optional(),
  columns: z.record(z.string(), anyText, 'an object of names of columns').optional(),
  replace: flagOption.optional(),
  onProgress: callback<(progress: Progress) => void>().optional(),
};
const STATS_OPTIONS: OptionShape<BenchmarkStatsOptions> = {
  ...COMMON_OPTIONS,
  data: pathOption.optional(),
  benchmark: filledText.optional(),
};
const QUERY_OPTIONS: OptionShape<QueryBenchmarkOptions> = { ...STATS_OPTIONS, architecture: filledText };
const TOP_OPTIONS: OptionShape<TopArchitecturesOptions> = {
  ...STATS_OPTIONS,
  dataset: filledText.optional(),
  split: filledText.optional(),
  epochs: wholeNumberOption(1).optional(),
  seed: seedOption.optional(),
  count: wholeNumberOption(1, 100_000).optional(),
};

const DEFAULT_BENCHMARK = BENCHMARK_NAMES[0] ?? '';

/**
 * Imports a table of trained accuracies into the benchmark's index. An existing index is replaced, unless it has more
 * architectures.
 *
 * @example
 * const { index, architectures } = await importBenchmark({ file: 'NAS-Bench-201-v1_1-096897.pth' });
 *
 * @throws UsageError `smaller-table` when the index has more architectures and `replace` is not set.
 * @throws MissingError when the file is missing or not a table, or the index cannot be written.
 * @throws SidecarError when the sidecar fails. @throws InterruptedError when `signal` is aborted.
 */
export async function importBenchmark(given: ImportBenchmarkOptions): Promise<BenchmarkImported> {
  const options = checkOptions('importBenchmark()', IMPORT_OPTIONS, given);
  const { file, folder = indexFolder(), unit, columns, replace, onProgress } = options;
  const body = {
    file: resolve(file),
    folder: resolve(folder),
    ...(unit && { unit }),
    ...(columns && { columns: { ...columns } }),
    ...(replace && { replace }),
  };
  return withSidecar(options, [body.file, body.folder], (sidecar, signal) =>
    sidecar.request('import-benchmark', body, { ...signal, ...(onProgress && { onProgress }) }),
  );
}

/**
 * Queries a benchmark's index for one architecture: accuracies, ranks, regrets and costs.
 *
 * @example
 * const { figures } = await queryBenchmark({ architecture: '9930' });
 * for (const { dataset, split, accuracy, rank } of figures) console.log(dataset, split, accuracy, rank);
 *
 * @throws UsageError when the index does not contain the architecture. @throws MissingError when `folder` has no index.
 * @throws SidecarError when the sidecar fails. @throws InterruptedError when `signal` is aborted.
 */
export async function queryBenchmark(given: QueryBenchmarkOptions): Promise<BenchmarkAnswer> {
  const options = checkOptions('queryBenchmark()', QUERY_OPTIONS, given);
  const { benchmark = DEFAULT_BENCHMARK } = options;
  const architecture = normalArchitecture(benchmarkNamed(benchmark), options.architecture);
  return withSource(benchmark, options, (source) => source.query(architecture));
}

/**
 * Lists the best architectures of a benchmark by one series of accuracies.
 *
 * @example
 * const { best } = await topArchitectures({ dataset: 'cifar100', split: 'x-test', count: 3 });
 *
 * @throws UsageError when the index has no such series. @throws MissingError when `folder` has no index.
 * @throws SidecarError when the sidecar fails. @throws InterruptedError when `signal` is aborted.
 */
export async function topArchitectures(given: TopArchitecturesOptions = {}): Promise<BenchmarkRanking> {
  const options = checkOptions('topArchitectures()', TOP_OPTIONS, given);
  const { benchmark = DEFAULT_BENCHMARK, dataset, split, epochs, seed, count = 10 } = options;
  const series = { dataset: dataset ?? null, split: split ?? null, epochs: epochs ?? null, seed: seed ?? null };
  return withSource(benchmark, options, (source) => source.rank(series, count));
}

/**
 * Summarizes a benchmark's index: its series of accuracies and the ranges of its costs.
 *
 * @example
 * const { series } = await benchmarkStats({ benchmark: 'nas-bench-macro' });
 *
 * @throws MissingError when `folder` has no index.
 * @throws SidecarError when the sidecar fails. @throws InterruptedError when `signal` is aborted.
 */
export async function benchmarkStats(given: BenchmarkStatsOptions = {}): Promise<BenchmarkSummary> {
  const options = checkOptions('benchmarkStats()', STATS_OPTIONS, given);
  const { benchmark = DEFAULT_BENCHMARK } = options;
  return withSource(benchmark, options, (source) => source.summary());
}

/**
 * Runs `work` with the source of a benchmark's figures: an index, the table of the data folder, which is imported first,
 * or the table that ships with rminas, which needs no sidecar.
 */
async function withSource<T>(
  name: string,
  options: ReadBenchmarkOptions,
  work: (source: BenchmarkSource) => Promise<T>,
): Promise<T> {
  const benchmark = benchmarkNamed(name);
  const folder = resolve(options.folder ?? indexFolder());
  const index = indexFile(benchmark.name, folder);
  const isThere = existsSync(index);
  const missing = options.data !== undefined && !isThere;
  const table = missing ? findTable(benchmark, dataFolders({ data: options.data })) : undefined;
  const shipped =
    isThere || table !== undefined || options.folder !== undefined ? undefined : shippedBenchmark(benchmark);
  if (shipped !== undefined) return work(shipped);
  return withSidecar(options, table === undefined ? [index] : [table, folder], async (sidecar, signal) => {
    if (table !== undefined) await sidecar.request('import-benchmark', { file: table, folder }, signal);
    return work(indexSource(sidecar, index, signal));
  });
}

/**
 * Runs `work` with a sidecar for benchmark queries. The sidecar has no workers and does not load PyTorch.
 * @param paths files and folders that the sidecar may open
 */
export async function withSidecar<T>(
  { python, signal }: Pick<BenchmarkOptions, 'python' | 'signal'>,
  paths: readonly string[],
  work: (sidecar: Sidecar, signal: { signal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  const abort = signal ? { signal } : {};
  const sidecar = await Sidecar.start({ python: await findPython(python), workers: 0, paths, ...abort });
  try {
    return await work(sidecar, abort);
  } finally {
    await sidecar.close();
  }
}
