export { consultBenchmark } from './consult.js';

import { resolve } from 'node:path';
import type {
  BenchmarkAnswer,
  BenchmarkImported,
  BenchmarkRanking,
  BenchmarkSummary,
  Progress,
} from '../protocol/messages.js';
import { Sidecar } from '../sidecar/client.js';
import { findPython } from '../sidecar/process/find-python.js';
import { benchmarkNamed, parseArchitecture } from './benchmark.js';
import { indexFile, indexFolder } from './places.js';

interface ServiceOptions {
  /** Python interpreter to use instead of the one that would be found. */
  python?: string | undefined;
  /** Folder of the indexes; the user's data folder by default. */
  folder?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface ImportOptions extends ServiceOptions {
  /** Table of trained accuracies, a file or a folder; its content says which format it has. */
  file: string;
  onProgress?: (progress: Progress) => void;
}

export interface QueryOptions extends ServiceOptions {
  benchmark: string;
  /** Genotype, or number in the benchmark. */
  architecture: string;
}

export interface RankingOptions extends ServiceOptions {
  benchmark: string;
  /** Which accuracies to rank by. What is left out may be anything; what papers report comes first. */
  dataset?: string | undefined;
  split?: string | undefined;
  epochs?: number | undefined;
  seed?: number | undefined;
  /** How many architectures. */
  count: number;
}

export interface SummaryOptions extends ServiceOptions {
  benchmark: string;
}

/**
 * Reads a table of trained accuracies into the benchmark's index, in place of an older one.
 * @throws MissingError for a file that is absent or no table, or a folder or disk that cannot take the index.
 */
export async function importTable(options: ImportOptions): Promise<BenchmarkImported> {
  const { file, folder = indexFolder(), onProgress } = options;
  const body = { file: resolve(file), folder: resolve(folder) };
  return withSidecar(options, [body.file, body.folder], (sidecar, signal) =>
    sidecar.request('import-benchmark', body, { ...signal, ...(onProgress && { onProgress }) }),
  );
}

/**
 * What a benchmark's index knows of one architecture.
 * @throws UsageError for an architecture that it does not have, MissingError where there is no index.
 */
export async function queryTable(options: QueryOptions): Promise<BenchmarkAnswer> {
  const { benchmark, folder = indexFolder() } = options;
  const architecture = parseArchitecture(benchmarkNamed(benchmark), options.architecture);
  const body = { index: indexFile(benchmark, resolve(folder)), architecture };
  return withSidecar(options, [body.index], (sidecar, signal) => sidecar.request('query-benchmark', body, signal));
}

/**
 * The best architectures of a benchmark's index, by one of its series of accuracies.
 * @throws UsageError for a series that it does not have, MissingError where there is no index.
 */
export async function rankTable(options: RankingOptions): Promise<BenchmarkRanking> {
  const { benchmark, folder = indexFolder(), dataset, split, epochs, seed, count } = options;
  const series = { dataset: dataset ?? null, split: split ?? null, epochs: epochs ?? null, seed: seed ?? null };
  const body = { index: indexFile(benchmark, resolve(folder)), ...series, count };
  return withSidecar(options, [body.index], (sidecar, signal) => sidecar.request('rank-benchmark', body, signal));
}

/**
 * What a benchmark's index holds.
 * @throws MissingError where there is no index.
 */
export async function summariseTable(options: SummaryOptions): Promise<BenchmarkSummary> {
  const { benchmark, folder = indexFolder() } = options;
  const body = { index: indexFile(benchmark, resolve(folder)) };
  return withSidecar(options, [body.index], (sidecar, signal) => sidecar.request('summarise-benchmark', body, signal));
}

/**
 * A sidecar for questions about benchmarks; it has no workers, so that PyTorch is not loaded.
 * @param paths what it may open
 */
export async function withSidecar<T>(
  { python, signal }: ServiceOptions,
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
