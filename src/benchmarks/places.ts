import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Places } from '../assets/places.js';
import type { BenchmarkDefinition } from '../definitions/benchmark.js';
import { dataHome } from '../installation/places.js';

/** The folder of the indexes. */
export function indexFolder(env?: Places['env']): string {
  return join(dataHome(env), 'benchmarks');
}

/** The path of a benchmark's index. */
export function indexFile(benchmark: string, folder: string): string {
  return join(folder, `${benchmark}.sqlite`);
}

/** The first table of a benchmark in the data folders: folders in order, files by name. Undefined if there is none. */
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

/** The names in a folder; none if it is absent or unreadable. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
