import { InterruptedError, SidecarError } from '../../errors.js';
import { runPool } from '../../search/pool.js';
import { type CommonOptions, search } from '../search/search-run.js';
import { type CostKind, CostMeter } from './cost.js';
import type { ComparisonEvent } from './events.js';
import type { PlannedRow, PlannedRun } from './plan.js';
import { readRecorded } from './recorded.js';
import { isComplete, type Trajectory } from './trajectory.js';

export interface CompleteOptions extends Pick<CommonOptions, 'python' | 'cache'> {
  readonly kind: CostKind;
  readonly budget: number | null;
  /** Searches side by side. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly emit: (event: ComparisonEvent) => void;
}

/** A search as far as the budget lets it go, or why it is not there. */
export interface Completed {
  readonly planned: PlannedRun;
  readonly outcome: { readonly trajectory: Trajectory } | { readonly failure: string };
}

/**
 * Brings every search to its budget or its own end, those that are there already for nothing. A sidecar that fails costs
 * its own search alone.
 * @throws InterruptedError, UsageError or MissingError; what has been evaluated until then is kept.
 */
export async function completeRuns(rows: readonly PlannedRow[], options: CompleteOptions): Promise<Completed[]> {
  const { jobs, signal, emit } = options;
  const items = rows.flatMap((row) => row.runs.map((planned) => ({ planned, unlimited: row.unlimited })));
  emit({ type: 'comparison-opened', runs: items.length });
  const completed: Completed[] = [];
  const begun: Promise<Completed>[] = [];
  const run = ({ planned, unlimited }: (typeof items)[number]) => {
    const attempted = attempt(planned, unlimited ? { ...options, budget: null } : options);
    begun.push(attempted);
    return attempted;
  };
  try {
    for await (const one of runPool({ items, capacity: () => jobs, run, signal })) completed.push(one);
  } finally {
    // An interrupted search has its sidecar and its lock to give back.
    await Promise.allSettled(begun);
  }
  const place = new Map(items.map(({ planned }, index) => [planned, index]));
  return completed.sort((a, b) => (place.get(a.planned) ?? 0) - (place.get(b.planned) ?? 0));
}

async function attempt(planned: PlannedRun, options: CompleteOptions): Promise<Completed> {
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

async function complete(planned: PlannedRun, options: CompleteOptions): Promise<Trajectory> {
  const { kind, budget } = options;
  const recorded = await readRecorded(planned);
  if (recorded !== null && isComplete(recorded.trajectory, kind, budget)) return recorded.trajectory;
  await goOn(planned, recorded !== null, options);
  return (await readRecorded(planned))?.trajectory ?? { steps: [], ended: null };
}

/**
 * Starts or resumes a search, and interrupts it once it has spent its budget: its journal is then that of an interrupted
 * run, which goes on when the budget grows.
 */
async function goOn(planned: PlannedRun, begun: boolean, options: CompleteOptions): Promise<void> {
  const { kind, budget, python, cache, signal, emit } = options;
  const { row, seed, folder, run } = planned;
  const spent = new AbortController();
  const meter = new CostMeter(run.plan.specification.batch.size);
  const common = { python, cache, signal: AbortSignal.any([signal, spent.signal]) };
  const started = begun
    ? search({ resume: folder, data: planned.options.data, ...common })
    : search({ ...planned.options, ...common });
  // The iteration ends with the run, and so may come to its end before anybody awaits a failure.
  const result = started.result.catch((error: unknown) => {
    if (!(error instanceof InterruptedError) || !spent.signal.aborted || signal.aborted) throw error;
  });
  result.catch(() => {});
  for await (const event of started) {
    if (event.type === 'notice') emit({ type: 'notice', row, seed, text: event.text });
    if ('replayed' in event) meter.add(event);
    if (event.type !== 'observed') continue;
    emit({ type: 'run-advanced', row, seed, architectures: event.index + 1 });
    if (budget !== null && meter.total[kind] >= budget) spent.abort();
  }
  await result;
}
