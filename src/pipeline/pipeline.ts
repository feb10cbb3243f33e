/** A search, the retraining of its answer, and the export of the network, in one go that can be resumed. */

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeNetwork } from '../export/network/export-network.js';
import { type ExportResult, exportedNetworkSchema } from '../export/network/result.js';
import { readRun } from '../export/run.js';
import { shellWord } from '../installation/paths.js';
import type { Notice } from '../jobs/events.js';
import { type Job, type JobContext, startChecked } from '../jobs/job.js';
import type { RetrainingEvent } from '../jobs/retrain/events.js';
import type { RetrainingResult } from '../jobs/retrain/result.js';
import { retrain } from '../jobs/retrain/retrain.js';
import type { SearchJobEvent } from '../jobs/search/events.js';
import type { SearchResult } from '../jobs/search/result.js';
import { checkSearchOptions, type SearchOptions, search } from '../jobs/search/search.js';
import { writeJobFile } from '../store/folder.js';
import type { PipelineResult } from './result.js';
import { exportFolderOf, finishedRetraining, followUpOf, retrainingIn } from './steps.js';

/** An event of one of the steps. */
export type PipelineEvent =
  | { readonly step: 'search'; readonly event: SearchJobEvent }
  | { readonly step: 'retrain'; readonly event: RetrainingEvent }
  | { readonly step: 'export'; readonly event: Notice };

/**
 * Searches, and then retrains and exports as `followUp` of the search says. A resumed run goes on in the step where it was
 * interrupted; finished steps are not repeated.
 *
 * @example
 * const job = searchThen({ cfg: 'quickstart', followUp: { steps: ['retrain', 'export'], keys: ['OPTIM.MAX_EPOCH', '3'] } });
 * const { retraining, export: exported } = await job.result;
 * @throws as search, retrain and exportNetwork
 */
export function searchThen(options: SearchOptions): Job<PipelineEvent, PipelineResult> {
  const interruption = (folder: string | undefined) => ({
    message: 'The run was interrupted; what it did is kept.',
    nextSteps: folder === undefined ? [] : [`Resume it with: rminas search --resume ${shellWord(folder)}`],
  });
  return startChecked(() => checkSearchOptions(options, 'searchThen'), { interruption }, runSteps);
}

async function runSteps(options: SearchOptions, context: JobContext<PipelineEvent>): Promise<PipelineResult> {
  const common = { python: options.python, signal: context.signal };
  const found = await searchOnce(options, context);
  const run = found.files.folder;
  const { steps, keys } = followUpOf(run) ?? { steps: [], keys: [] };
  const retraining = steps.includes('retrain') ? await retrainOnce(found, { keys, common, context }) : null;
  const exported = steps.includes('export')
    ? await exportOnce(retraining?.files.folder ?? run, found, common, context)
    : null;
  return { schema: 1, search: found, retraining, export: exported };
}

/** A finished search is not started again. */
async function searchOnce(options: SearchOptions, context: JobContext<PipelineEvent>): Promise<SearchResult> {
  const finished = 'resume' in options ? readRun(options.resume) : undefined;
  if (finished?.result) {
    context.opened(finished.folder);
    return finished.result;
  }
  const job = search({ ...options, signal: context.signal });
  for await (const event of job) {
    if (event.type === 'run-opened') context.opened(event.folder);
    context.emit({ step: 'search', event });
  }
  return job.result;
}

interface StepOptions {
  readonly common: { readonly python: string | undefined; readonly signal: AbortSignal };
  readonly context: JobContext<PipelineEvent>;
}

async function retrainOnce(
  found: SearchResult,
  { keys, common, context }: StepOptions & { readonly keys: readonly string[] },
): Promise<RetrainingResult> {
  const { folder: run, config: cfg } = found.files;
  const begun = retrainingIn(run);
  const finished = begun === undefined ? undefined : finishedRetraining(begun);
  if (finished !== undefined) return finished;
  const { data } = readRun(run).header;
  const overrides = ['OUT_DIR', run, ...sizeOf(found), ...keys];
  const fresh = { cfg, genotype: found.genotype, overrides, ...(data !== null && { data }) };
  const job = retrain({ ...(begun === undefined ? fresh : { resume: begun }), ...common });
  for await (const event of job) context.emit({ step: 'retrain', event });
  return job.result;
}

/** Limits hold for the size that the search had; without limits the recipe has a size of its own. */
function sizeOf({ specification, limits }: SearchResult): string[] {
  if (limits == null || specification === null) return [];
  const { channels, cells, resolution } = specification.network;
  return ['RMINAS.CHANNELS', `${channels}`, 'RMINAS.CELLS', `${cells}`, 'TRAIN.IM_SIZE', `${resolution}`];
}

async function exportOnce(
  network: string,
  found: SearchResult,
  { python, signal }: StepOptions['common'],
  { emit }: JobContext<PipelineEvent>,
): Promise<ExportResult> {
  const { folder: run } = found.files;
  const to = exportFolderOf(run);
  const kept = join(run, 'export.json');
  if (existsSync(to) && existsSync(kept)) return exportedNetworkSchema.parse(JSON.parse(readFileSync(kept, 'utf8')));
  // Left by a process that was killed.
  for (const name of readdirSync(run)) {
    if (name === basename(to) || name.startsWith(`.${basename(to)}.`)) rmSync(join(run, name), { recursive: true });
  }
  emit({ step: 'export', event: { type: 'notice', text: `exporting ${network}` } });
  const result = await writeNetwork({ network, to, search: found, python, signal });
  writeJobFile(kept, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}
