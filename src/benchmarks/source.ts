/** Where a benchmark's figures come from: an index that a sidecar queries, or the table that ships with rminas. */
import type { Places } from '../assets/places.js';
import type { BenchmarkDefinition } from '../definitions/benchmark.js';
import { UsageError } from '../errors.js';
import type { BenchmarkAnswer } from '../protocol/messages.js';
import type { Sidecar } from '../sidecar/client.js';
import type { BenchmarkSource } from './figures.js';
import { ensureIndex } from './ready-index.js';
import { shippedBenchmark } from './shipped.js';

/** An index, queried through a running sidecar. */
export function indexSource(
  sidecar: Pick<Sidecar, 'request'>,
  index: string,
  { imported, signal }: { readonly imported?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): BenchmarkSource {
  const options = signal === undefined ? {} : { signal };
  return {
    isShipped: false,
    imported,
    query: (architecture) => sidecar.request('query-benchmark', { index, architecture }, options),
    rank: (wanted, count) => sidecar.request('rank-benchmark', { index, ...wanted, count }, options),
    summary: () => sidecar.request('summarise-benchmark', { index }, options),
  };
}

/**
 * The source of a benchmark's figures. An index comes first, then a table in a data folder, which is imported, then the
 * table that ships with rminas.
 * @param data data folder named by the user, or null
 * @returns undefined if there is none
 * @throws MissingError when the table cannot be read
 */
export async function openBenchmark(
  sidecar: Pick<Sidecar, 'request'>,
  benchmark: BenchmarkDefinition,
  data: string | null,
  places: Pick<Places, 'env' | 'cwd'> = {},
): Promise<BenchmarkSource | undefined> {
  const ready = await ensureIndex(sidecar, benchmark, data, places);
  return ready === undefined
    ? shippedBenchmark(benchmark)
    : indexSource(sidecar, ready.index, { imported: ready.table });
}

/** Queries a source for one architecture. Returns null if the source does not contain it. */
export async function findInBenchmark(source: BenchmarkSource, genotype: string): Promise<BenchmarkAnswer | null> {
  try {
    return await source.query(genotype);
  } catch (error) {
    if (error instanceof UsageError && error.code === 'unknown-architecture') return null;
    throw error;
  }
}
