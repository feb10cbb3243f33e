import { SidecarError } from '../../errors.js';
import { PluginLoader } from '../../plugins/loader.js';
import { runPool } from '../../search/pool.js';
import type { JobOptions } from '../job.js';
import { type CacheOptions, search } from '../search/search.js';
import { type CostKind, CostMeter } from './cost.js';
import type { ComparisonEvent } from './events.js';
import type { PlannedRow, PlannedRun } from './plan.js';
import { readRecorded } from './recorded.js';
import { ReplayCosts } from './replay-costs.js';
import { isFinal, type Trajectory } from './trajectory.js';

export interface CompleteOptions extends Pick<JobOptions, 'python'>, CacheOptions {
  readonly kind: CostKind;
  readonly budget: number | null;
  /** Number of parallel searches. */
  readonly jobs: number;
  /** Loads the configurations of recorded searches. */
  readonly loader?: PluginLoader;
  readonly signal: AbortSignal;
  readonly emit: (event: ComparisonEvent) => void;
}

/** A search up to its budget, or the reason of its failure. */
export interface Completed {
  readonly planned: PlannedRun;
  readonly outcome: { readonly trajectory: Trajectory } | { readonly failure: string };
}

/**
 * Completes every search: to its budget, or to its own end. Nothing in a journal is computed again. A sidecar that fails
 * ends its own search only.
 * @throws InterruptedError, UsageError or MissingError; all evaluations until then are kept.
 */
export async function completeRuns(rows: readonly PlannedRow[], options: CompleteOptions): Promise<Completed[]> {
  const { jobs, signal, emit } = options;
  const items = rows.flatMap((row) => row.runs.map((planned) => ({ planned, unlimited: row.unlimited })));
  emit({ type: 'comparison-opened', runs: items.length });
  const costs = new ReplayCosts(options);
  const completed: Completed[] = [];
  const begun: Promise<Completed>[] = [];
  const run = ({ planned, unlimited }: (typeof items)[number]) => {
    const attempted = attempt(planned, { ...options, costs, ...(unlimited && { budget: null }) });
    begun.push(attempted);
    return attempted;
  };
  try {
    for await (const one of runPool({ items, capacity: () => jobs, run, signal })) completed.push(one);
  } finally {
    // An interrupted search still has to close its sidecar and its lock.
    await Promise.allSettled(begun);
    await costs.close();
  }
  const place = new Map(items.map(({ planned }, index) => [planned, index]));
  return completed.sort((a, b) => (place.get(a.planned) ?? 0) - (place.get(b.planned) ?? 0));
}

interface AttemptOptions extends CompleteOptions {
  readonly costs: ReplayCosts;
}

async function attempt(planned: PlannedRun, options: AttemptOptions): Promise<Completed> {
  const { emit } = options;
  const { row, seed } = planned;
  try {
    const trajectory = await complete(planned, options);
    emit({ type: 'run-completed', row, seed, architectures: trajectory.steps.length });
    return { planned, outcome: { trajectory } };
  } catch (error) {
    if (!(error instanceof SidecarError)) throw error;
    emit({ type: 'run-failed', row, seed, reason: error.message });
    return { planned, outcome: { failure: error.message } };
  }
}

async function complete(planned: PlannedRun, options: AttemptOptions): Promise<Trajectory> {
  const { kind, budget, loader = new PluginLoader(options), costs } = options;
  const recorded = await readRecorded(planned, loader, costs);
  if (recorded !== null && isFinal(recorded.trajectory, kind, budget)) return recorded.trajectory;
  await goOn(planned, recorded !== null, options);
  return (await readRecorded(planned, loader, costs))?.trajectory ?? { steps: [], ended: null };
}

/**
 * Starts or resumes a search, and ends it once it has spent its budget. Its journal is then that of an interrupted run,
 * which continues when the budget grows.
 */
async function goOn(planned: PlannedRun, begun: boolean, options: CompleteOptions): Promise<void> {
  const { kind, budget, python, cache, signal, emit } = options;
  const { row, seed, folder, run } = planned;
  const meter = new CostMeter(run.plan.specification.batch.size);
  const common = { python, cache, signal };
  const job = begun
    ? search({ resume: folder, data: planned.options.data, ...common })
    : search({ ...planned.options, ...common });
  for await (const event of job) {
    if (event.type === 'notice') emit({ type: 'notice', row, seed, text: event.text });
    if ('replayed' in event) meter.add(event);
    if (event.type !== 'observed') continue;
    emit({ type: 'run-advanced', row, seed, architectures: event.index + 1 });
    if (budget !== null && meter.total[kind] >= budget) break;
  }
}
