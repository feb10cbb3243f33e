import { setTimeout } from 'node:timers/promises';
import { SidecarError } from '../../errors.js';
import { PluginLoader } from '../../plugins/loader.js';
import { runPool } from '../../search/pool.js';
import { checkKinds, type MixedOptions } from '../arithmetic-kinds.js';
import type { JobOptions } from '../job.js';
import { type CacheOptions, search } from '../search/search.js';
import { type CostKind, CostMeter } from './cost.js';
import type { ComparisonEvent } from './events.js';
import { isHeldElsewhere, leaseSearch } from './lease.js';
import { completeMethod, type PlannedMethodRun } from './methods.js';
import type { PlannedRow, PlannedRun } from './plan.js';
import { type Recorded, readRecorded } from './recorded.js';
import { ReplayCosts } from './replay-costs.js';
import { isFinal, NO_STEPS } from './trajectory.js';

export interface CompleteOptions extends Pick<JobOptions, 'python'>, CacheOptions, MixedOptions {
  readonly kind: CostKind;
  readonly budget: number | null;
  /** Number of parallel searches. */
  readonly jobs: number;
  /** Whether other processes may complete searches of the same comparison at the same time. */
  readonly shared?: boolean | undefined;
  /** Loads the configurations of recorded searches. */
  readonly loader?: PluginLoader;
  readonly signal: AbortSignal;
  readonly emit: (event: ComparisonEvent) => void;
}

type Planned = PlannedRun | PlannedMethodRun;

/** A search up to its budget, or the reason of its failure. */
export interface Completed {
  readonly planned: Planned;
  readonly outcome: Recorded | { readonly failure: string };
}

interface Item {
  readonly planned: Planned;
  readonly unlimited: boolean;
}

/** Another process works on a search. */
interface Held {
  readonly held: Item;
}

/** Milliseconds until this process looks again at the searches of other processes. */
const LOOK_AGAIN_MS = 1000;

/**
 * Completes every search: to its budget, or to its own end. Nothing in a journal is computed again. A sidecar that fails
 * ends its own search only. Searches of other processes are awaited, and continued when their process dies.
 * @throws InterruptedError, UsageError or MissingError; all evaluations until then are kept.
 */
export async function completeRuns(rows: readonly PlannedRow[], options: CompleteOptions): Promise<Completed[]> {
  const { signal, emit } = options;
  const items = rows.flatMap((row) => row.runs.map((planned): Item => ({ planned, unlimited: row.unlimited })));
  emit({ type: 'comparison-opened', runs: items.length });
  const costs = new ReplayCosts(options);
  const completed: Completed[] = [];
  try {
    let waiting: readonly Item[] = items;
    for (let round = 0; waiting.length > 0; round += 1) {
      if (round > 0) await setTimeout(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
      const held = await completeFree(waiting, { ...options, costs }, completed);
      if (round === 0) for (const { planned } of held) noticeHeld(planned, emit);
      waiting = held;
    }
  } finally {
    await costs.close();
  }
  const place = new Map(items.map(({ planned }, index) => [planned, index]));
  return completed.sort((a, b) => (place.get(a.planned) ?? 0) - (place.get(b.planned) ?? 0));
}

interface AttemptOptions extends CompleteOptions {
  readonly costs: ReplayCosts;
}

/** Completes the searches that no other process works on. @returns the other ones */
async function completeFree(items: readonly Item[], options: AttemptOptions, completed: Completed[]): Promise<Item[]> {
  const { jobs, signal } = options;
  const held: Item[] = [];
  const begun: Promise<Completed | Held>[] = [];
  const run = (item: Item) => {
    const attempted = attemptFree(item, options);
    begun.push(attempted);
    return attempted;
  };
  try {
    for await (const one of runPool({ items, capacity: () => jobs, run, signal })) {
      if ('held' in one) held.push(one.held);
      else addCompleted(one, completed, options);
    }
  } finally {
    // An interrupted search still has to close its sidecar and its lock.
    await Promise.allSettled(begun);
  }
  return held;
}

/** @throws UsageError `mixed-arithmetic` if the scores of the searches are of several kinds */
function addCompleted(one: Completed, completed: Completed[], options: CompleteOptions): void {
  const notices = checkKinds('comparison', kindsOfCompleted(completed), kindsOfCompleted([one]), options);
  for (const text of notices) options.emit({ type: 'notice', row: one.planned.row, seed: one.planned.seed, text });
  completed.push(one);
}

/** The kinds of arithmetic that made the scores of the searches. */
export function kindsOfCompleted(completed: readonly Completed[]): string[] {
  return [...new Set(completed.flatMap(({ outcome }) => ('kinds' in outcome ? outcome.kinds : [])))].sort();
}

function noticeHeld({ row, seed }: Planned, emit: CompleteOptions['emit']): void {
  emit({ type: 'notice', row, seed, text: 'Another process works on this search; it is awaited.' });
}

async function attemptFree(item: Item, options: AttemptOptions): Promise<Completed | Held> {
  const { planned, unlimited } = item;
  const own = { ...options, ...(unlimited && { budget: null }) };
  if (!options.shared) return attempt(planned, own);
  const lease = leaseSearch(planned);
  if (lease === null) return { held: item };
  try {
    return await attempt(planned, own);
  } catch (error) {
    if (isHeldElsewhere(error)) return { held: item };
    throw error;
  } finally {
    lease.release();
  }
}

async function attempt(planned: Planned, options: AttemptOptions): Promise<Completed> {
  const { emit } = options;
  const { row, seed } = planned;
  try {
    const recorded = await complete(planned, options);
    emit({ type: 'run-completed', row, seed, architectures: recorded.trajectory.steps.at(-1)?.architectures ?? 0 });
    return { planned, outcome: recorded };
  } catch (error) {
    if (!(error instanceof SidecarError)) throw error;
    emit({ type: 'run-failed', row, seed, reason: error.message });
    return { planned, outcome: { failure: error.message } };
  }
}

async function complete(planned: Planned, options: AttemptOptions): Promise<Recorded> {
  // A one-shot search has no scores that several kinds of arithmetic could mix.
  if ('planned' in planned) return { trajectory: await completeMethod(planned, options), kinds: [] };
  const { kind, budget, loader = new PluginLoader(options), costs } = options;
  const recorded = await readRecorded(planned, loader, costs);
  if (recorded !== null && isFinal(recorded.trajectory, kind, budget)) return recorded;
  await goOn(planned, recorded !== null, options);
  return (await readRecorded(planned, loader, costs)) ?? { trajectory: NO_STEPS, kinds: [] };
}

/**
 * Starts or resumes a search, and ends it once it has spent its budget. Its journal is then that of an interrupted run,
 * which continues when the budget grows.
 */
async function goOn(planned: PlannedRun, begun: boolean, options: CompleteOptions): Promise<void> {
  const { kind, budget, python, cache, allowMixed, signal, emit } = options;
  const { row, seed, folder, run } = planned;
  const meter = new CostMeter(run.plan.specification.batch.size);
  const common = { python, cache, allowMixed, signal };
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
