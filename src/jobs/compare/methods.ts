/** One-shot searches as rows of a comparison. */
import { join } from 'node:path';
import { UsageError } from '../../errors.js';
import { withHome } from '../../installation/paths.js';
import type { PluginLoader } from '../../plugins/loader.js';
import type { OneShotFound } from '../../protocol/supernets.js';
import { jobFolderAt } from '../../store/folder.js';
import { hasBegun } from '../../store/journal-file.js';
import type { JobOptions } from '../job.js';
import { type OneShotJournal, readOneShot } from '../one-shot/journal.js';
import { oneShot } from '../one-shot/one-shot.js';
import { type NewOneShot, type PlannedOneShot, planNewOneShot } from '../one-shot/plan.js';
import { addCosts, NO_COST, type SearchCost } from './cost.js';
import type { ComparisonEvent } from './events.js';
import type { ComparisonRow } from './result.js';
import { NO_STEPS, type Step, type Trajectory } from './trajectory.js';

/** A one-shot search of a comparison. */
export interface PlannedMethodRun {
  readonly row: string;
  readonly seed: number;
  readonly folder: string;
  readonly options: NewOneShot;
  readonly planned: PlannedOneShot;
}

export const ONE_SHOT_OBJECTIVE = 'one-shot';

export interface PlannedMethodRow extends Pick<ComparisonRow, 'name' | 'strategy' | 'objective' | 'cfg' | 'unlimited'> {
  readonly runs: readonly PlannedMethodRun[];
}

export interface MethodRowsOptions extends Pick<NewOneShot, 'plugins' | 'data'> {
  readonly methods: readonly string[];
  /** Configuration of all of them. */
  readonly cfg: string;
  readonly seeds: readonly number[];
  /** Keys of the machine: `KEY`, `VALUE`, … */
  readonly machine: readonly string[];
  /** Of the comparison. */
  readonly folder: string;
}

/**
 * Plans a search for each method and seed. A method ends after its epochs, whatever the budget of the strategies is.
 * @throws UsageError for a method or a configuration that cannot be used
 */
export async function planMethodRows(
  { methods, cfg, seeds, machine, folder, plugins, data }: MethodRowsOptions,
  loader: PluginLoader,
): Promise<PlannedMethodRow[]> {
  const rows: PlannedMethodRow[] = [];
  for (const method of methods) {
    const runs = await Promise.all(
      seeds.map(async (seed): Promise<PlannedMethodRun> => {
        const own = join(folder, 'runs', `${method}-seed${seed}`);
        const overrides = [...machine, 'RNG_SEED', String(seed)];
        const options = { method, cfg: withHome(cfg), overrides, plugins, data, folder: own };
        return { row: method, seed, folder: own, options, planned: await planNewOneShot(options, loader) };
      }),
    );
    rows.push({
      name: method,
      strategy: method,
      objective: ONE_SHOT_OBJECTIVE,
      cfg,
      unlimited: true,
      runs,
    });
  }
  return rows;
}

/**
 * Completes a one-shot search, or reads it if it is complete.
 * @throws UsageError `another-search` when the folder holds a search of other settings
 */
export async function completeMethod(
  run: PlannedMethodRun,
  options: Pick<JobOptions, 'python' | 'signal'> & { readonly emit: (event: ComparisonEvent) => void },
): Promise<Trajectory> {
  const { row, seed, folder, planned } = run;
  const { python, signal, emit } = options;
  const earlier = hasBegun(jobFolderAt(folder).journal) ? readOneShot(folder) : null;
  if (earlier !== null) checkSame(run, earlier);
  const known = earlier === null ? null : foundIn(earlier);
  if (known !== null) return trajectoryOfMethod(known, planned);
  const { data } = run.options;
  const job = oneShot({ ...(earlier === null ? run.options : { resume: folder, data }), python, signal });
  for await (const event of job) {
    if (event.type === 'notice') emit({ type: 'notice', row, seed, text: event.text });
    if (event.type === 'training') emit({ type: 'run-advanced', row, seed, architectures: Math.floor(event.done) });
  }
  await job.result;
  const found = foundIn(readOneShot(folder));
  return found === null ? NO_STEPS : trajectoryOfMethod(found, planned);
}

function foundIn({ lines }: OneShotJournal): OneShotFound | null {
  for (const { entry } of lines) if (entry.type === 'found') return entry.found;
  return null;
}

function checkSame({ folder, seed, planned }: PlannedMethodRun, { header }: OneShotJournal): void {
  if (header.oneShot === planned.digest && header.seed === seed) return;
  throw new UsageError(`${folder} holds a one-shot search of other settings.`, {
    code: 'another-search',
    nextSteps: ['Give the comparison another folder (--out), or move that search away.'],
  });
}

/** The answer after each epoch, and in the end after the comparison of paths. Epochs evaluate no architecture. */
export function trajectoryOfMethod(
  { epochs, judging, genotype, trainImages }: OneShotFound,
  { oneShot: { recipe } }: Pick<PlannedOneShot, 'oneShot'>,
): Trajectory {
  const stepsOfEpoch = Math.ceil(trainImages / recipe.batchSize);
  const steps: Step[] = [];
  let cost: SearchCost = NO_COST;
  for (const epoch of epochs) {
    cost = addCosts(cost, { ...costOf(epoch), steps: stepsOfEpoch });
    steps.push({ architectures: 0, cost, genotype: epoch.genotype });
  }
  cost = addCosts(cost, { ...costOf(judging), evaluations: judging.paths });
  steps.push({ architectures: judging.paths, cost, genotype });
  return { steps, ended: 'last-epoch' };
}

function costOf({ seconds, multiplyAdds }: { readonly seconds: number; readonly multiplyAdds: number }): SearchCost {
  // The cost is in millions.
  return { ...NO_COST, seconds, flops: multiplyAdds / 1e6, simulated: seconds };
}
