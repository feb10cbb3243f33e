import { existsSync } from 'node:fs';
import { dataFolders, type Places } from '../assets/places.js';
import type { BenchmarkDefinition } from '../definitions/benchmark.js';
import type { Sidecar } from '../sidecar/client.js';
import { findTable, indexFile, indexFolder } from './places.js';

/** An index that can be queried. */
export interface AvailableIndex {
  readonly index: string;
  /** The table that was imported just now; undefined if the index existed already. */
  readonly table: string | undefined;
}

/** The place of an index and, if it does not exist yet, the table to import. */
export interface IndexPlace {
  readonly folder: string;
  readonly index: string;
  /** Undefined if the index exists. */
  readonly table: string | undefined;
}

/**
 * Finds the index of a benchmark, or a table to import.
 * @param data data folder named by the user, or null
 * @param places environment and current folder, if they differ from those of this process
 * @returns undefined if there is neither an index nor a table
 */
export function findIndex(
  benchmark: BenchmarkDefinition,
  data: string | null,
  places: Pick<Places, 'env' | 'cwd'> = {},
): IndexPlace | undefined {
  const folder = indexFolder(places.env);
  const index = indexFile(benchmark.name, folder);
  if (existsSync(index)) return { folder, index, table: undefined };
  const table = findTable(benchmark, dataFolders({ ...places, data: data ?? undefined }));
  return table === undefined ? undefined : { folder, index, table };
}

/**
 * Finds the index of a benchmark. If only a table exists, it is imported first. See {@link findIndex}.
 * @throws MissingError when the table cannot be read.
 */
export async function ensureIndex(
  sidecar: Pick<Sidecar, 'request'>,
  benchmark: BenchmarkDefinition,
  data: string | null,
  places: Pick<Places, 'env' | 'cwd'> = {},
): Promise<AvailableIndex | undefined> {
  const place = findIndex(benchmark, data, places);
  if (place === undefined) return undefined;
  const { folder, index, table } = place;
  if (table !== undefined) await sidecar.request('import-benchmark', { file: table, folder });
  return { index, table };
}

/** Tells the user how to get an index. */
export function missingIndexAdvice({ name, table }: BenchmarkDefinition): string {
  return (
    `There is no index of ${name}. Import its table of accuracies with \`rminas benchmark import FILE\`, ` +
    `or put it into the data folder as ${table.folder}/*${table.extension}.`
  );
}
