/** Finds the runs below a folder. A run is addressed by an id, so that no path of a request is ever opened. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { kindOf } from '../report/data/read.js';
import type { RunReport } from '../report/data/schema.js';
import { jobFolderAt } from '../store/folder.js';

const DEEPEST = 6;
const MOST_RUNS = 2000;
const RUN_FILES = ['journal.jsonl', 'comparison.json'];
const READ_FILES = [...RUN_FILES, 'config.yaml', 'result.json'];

export interface FoundRun {
  readonly id: string;
  /** Relative to the folder. */
  readonly name: string;
  /** Absolute, without links. */
  readonly path: string;
  readonly kind: RunReport['kind'];
}

/** The runs below a folder, sorted by name. Links are not followed, and a run with linked files is left out. */
export function findRuns(root: string): FoundRun[] {
  const real = realpathSync(root);
  const runs: FoundRun[] = [];
  const visit = (folder: string, depth: number): void => {
    if (runs.length >= MOST_RUNS) return;
    const entries = entriesOf(folder);
    const isRun = entries.some((entry) => entry.isFile() && RUN_FILES.includes(entry.name));
    const hasLinks = entries.some((entry) => entry.isSymbolicLink() && READ_FILES.includes(entry.name));
    if (isRun && !hasLinks) runs.push(runAt(real, folder));
    if (depth >= DEEPEST) return;
    for (const entry of entries) {
      if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
        visit(join(folder, entry.name), depth + 1);
    }
  };
  visit(real, 0);
  return runs.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

function runAt(root: string, path: string): FoundRun {
  const name = relative(root, path) || basename(path);
  const id = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return { id, name, path, kind: kindOf(jobFolderAt(path)) };
}

function entriesOf(folder: string) {
  try {
    return lstatSync(folder).isDirectory() ? readdirSync(folder, { withFileTypes: true }) : [];
  } catch {
    return [];
  }
}
