/** What follows a search, and where its folders are in that of the run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FollowUp } from '../definitions/follow-up.js';
import { jobIn } from '../export/network/subject.js';
import { type RetrainingResult, retrainingResultSchema } from '../jobs/retrain/result.js';
import { readSearch } from '../jobs/search/plan.js';

/** The steps that a run began with; null for a search alone. */
export function followUpOf(folder: string): FollowUp | null {
  return readSearch(folder).header.followUp ?? null;
}

/** The folder of the retraining that has begun in a run; undefined before. */
export function retrainingIn(run: string): string | undefined {
  const folders = readdirSync(run, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => join(run, name)).find((folder) => jobIn(folder) === 'retraining');
}

/** The result of a finished retraining. */
export function finishedRetraining(folder: string): RetrainingResult | undefined {
  const file = join(folder, 'result.json');
  return existsSync(file) ? retrainingResultSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}

/** The folder of the exported network of a run. It appears with all its files at once. */
export function exportFolderOf(run: string): string {
  return join(run, 'model');
}
