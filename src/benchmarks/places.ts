import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Places } from '../assets/places.js';
import type { BenchmarkDefinition } from '../definitions/benchmark.js';
import { dataHome } from '../installation/places.js';

/** The folder of the indexes. */
export function indexFolder(env?: Places['env']): string {
  return join(dataHome(env), 'benchmarks');
}

/** Where the sidecar writes and reads the index of a benchmark. */
export function indexFile(benchmark: string, folder: string): string {
  return join(folder, `${benchmark}.sqlite`);
}

/** The first table of a benchmark in the data folders, or undefined: folders in order, files by name. */
export function findTable({ table }: BenchmarkDefinition, dataFolders: readonly string[]): string | undefined {
  for (const dataFolder of dataFolders) {
    const folder = join(dataFolder, table.folder);
    const [first] = filesIn(folder)
      .filter((name) => name.endsWith(table.extension))
      .sort();
    if (first !== undefined) return join(folder, first);
  }
  return undefined;
}

/** A data folder that is absent or closed to us simply has no table. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
