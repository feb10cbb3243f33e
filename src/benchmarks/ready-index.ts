import { existsSync } from 'node:fs';
import { dataFolders, type Places } from '../assets/places.js';
import type { BenchmarkDefinition } from '../definitions/benchmark.js';
import type { Sidecar } from '../sidecar/client.js';
import { findTable, indexFile, indexFolder } from './places.js';

/** An index that can be asked. */
export interface ReadyIndex {
  readonly index: string;
  /** The table that it was just made from; undefined where it was there already. */
  readonly table: string | undefined;
}

/** The index of a benchmark, and, where there is none yet, the table in a data folder that it can be made from. */
export interface IndexPlace {
  readonly folder: string;
  readonly index: string;
  /** Undefined where there is an index. */
  readonly table: string | undefined;
}

/**
 * Where a benchmark can be asked.
 * @param data folder that the user named, or null
 * @param places environment and current folder, where they are not those of this process
 * @returns undefined where there is neither index nor table
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
 * An index that can be asked; where there is only a table, that is imported first. See {@link findIndex}.
 * @throws MissingError for a table that is none
 */
export async function readyIndex(
  sidecar: Pick<Sidecar, 'request'>,
  benchmark: BenchmarkDefinition,
  data: string | null,
  places: Pick<Places, 'env' | 'cwd'> = {},
): Promise<ReadyIndex | undefined> {
  const place = findIndex(benchmark, data, places);
  if (place === undefined) return undefined;
  const { folder, index, table } = place;
  if (table !== undefined) await sidecar.request('import-benchmark', { file: table, folder });
  return { index, table };
}

/** What to do where there is neither index nor table. */
export function whatIsNeeded({ name, table }: BenchmarkDefinition): string {
  return (
    `There is no index of ${name}. Import its table of accuracies with \`rminas benchmark import FILE\`, ` +
    `or put it into the data folder as ${table.folder}/*${table.extension}.`
  );
}
