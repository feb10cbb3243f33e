import { readdirSync, statSync } from 'node:fs';
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
  const endings = [table.extension, `${table.extension}.gz`];
  for (const dataFolder of dataFolders) {
    const folder = join(dataFolder, table.folder);
    const [first] = filesIn(folder)
      .filter((name) => endings.some((ending) => name.endsWith(ending)))
      .sort();
    if (first !== undefined) return join(folder, first);
  }
  return undefined;
}

/** The names of the files in a folder, without hidden ones; none if the folder is absent or unreadable. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.') && isFile(join(folder, name)));
  } catch {
    return [];
  }
}

/** A link that leads nowhere is no file. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
