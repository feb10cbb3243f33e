import { isDeepStrictEqual } from 'node:util';
import { planSearch } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import { resolvePlan } from '../../evaluators/prepared-sidecar.js';
import { createObjective } from '../../objectives/index.js';
import type { PluginLoader } from '../../plugins/loader.js';
import { jobFolderAt } from '../../store/folder.js';
import { hasBegun } from '../../store/journal-file.js';
import { createStrategy } from '../../strategies/index.js';
import type { Surrogate } from '../../strategies/strategy.js';
import { changedKeys } from '../bound-settings.js';
import { kindsOfRun, recordedEvents } from '../search/journal.js';
import { type PlannedSearch, planResumedSearch, readSearch, searchSettingsOf } from '../search/plan.js';
import type { PlannedRun } from './plan.js';
import type { ReplayCosts } from './replay-costs.js';
import { NO_STEPS, type Trajectory, trajectoryOf } from './trajectory.js';

/** A run as its journal records it. */
export interface Recorded {
  readonly trajectory: Trajectory;
  /** The kinds of arithmetic that made its scores. */
  readonly kinds: readonly string[];
}

/**
 * Reads the recorded part of a search; null when it has not begun.
 * @throws UsageError when the folder holds a run of another configuration.
 */
export async function readRecorded(
  planned: PlannedRun,
  loader: PluginLoader,
  costs: ReplayCosts,
): Promise<Recorded | null> {
  if (!hasBegun(jobFolderAt(planned.folder).journal)) return null;
  const earlier = readSearch(planned.folder);
  const run = await planResumedSearch(earlier, {}, loader);
  checkSameSearch(planned, run);
  const events = recordedEvents(earlier.lines);
  const kinds = kindsOfRun(earlier);
  if (events.length === 0) return { trajectory: NO_STEPS, kinds };
  const constraint = costs.constraintOf(run, earlier.lines);
  return { trajectory: await trajectoryOf(events, { ...replayOf(run), constraint }), kinds };
}

function replayOf({ plan: { specification, settings, definitions }, lastRound }: PlannedSearch) {
  const { space } = definitions.space;
  return {
    space,
    strategy: createStrategy(definitions.strategy, { space, settings, surrogate: unasked }),
    objective: createObjective(settings.objective, { reference: settings.warmup }),
    seed: settings.seed,
    batch: specification.batch.size,
    lastBatch: lastRound === null ? undefined : planSearch(lastRound).specification.batch.size,
  };
}

/** A replay proposes nothing. */
const unasked: Surrogate = () => Promise.reject(new Error('a recorded search was asked for more'));

/** Settings in which two runs of one search may differ: none of them changes a score. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set([
  'workers',
  'stack',
  'threads',
  'startDeadline',
  'workerDeadline',
  'device',
  'cluster',
]);

function checkSameSearch({ folder, run: wanted }: PlannedRun, found: PlannedSearch): void {
  // The backend `auto` was resolved when the run began.
  const { backend } = found.plan.specification;
  const { config, plan } = resolvePlan(wanted.config, backend === 'xnas' ? backend : null);
  const differing = differences(searchOf({ config, plan }), searchOf(found));
  if (differing.length === 0) return;
  const keys = changedKeys(searchSettingsOf(config), searchSettingsOf(found.config));
  throw new UsageError(
    `${folder} holds another search: it differs in ${(keys.length > 0 ? keys : differing).join(', ')}.`,
    {
      code: 'another-search',
      nextSteps: ['Give the comparison another folder (--out), or move that run away.'],
    },
  );
}

function searchOf({ config, plan }: Pick<PlannedSearch, 'config' | 'plan'>): Record<string, unknown> {
  const { specification, settings } = plan;
  const { strategyValues, ...common } = settings;
  const kept = Object.entries(common).filter(([name]) => !OF_THE_MACHINE.has(name));
  const plugins = config.plugins.map(({ sha256 }) => sha256);
  return { ...specification, ...Object.fromEntries(kept), ...strategyValues, plugins };
}

function differences(wanted: Record<string, unknown>, found: Record<string, unknown>): string[] {
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return [...names].filter((name) => !isDeepStrictEqual(wanted[name], found[name]));
}
