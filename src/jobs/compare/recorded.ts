import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { SearchPlan } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import { createObjective } from '../../objectives/index.js';
import { getSpace } from '../../spaces/index.js';
import { openRunFolder } from '../../store/folder.js';
import { createStrategy, type StrategyName } from '../../strategies/index.js';
import type { Surrogate } from '../../strategies/strategy.js';
import { planResumedRun, type RunPlan, recordedEvents, resolvePlan } from '../search/open-run.js';
import type { PlannedRun } from './plan.js';
import { type Trajectory, trajectoryOf } from './trajectory.js';

const NOTHING: Trajectory = { steps: [], ended: null };

/** What a journal has of a run; null where the run has not begun. */
export interface Recorded {
  readonly trajectory: Trajectory;
}

/**
 * Reads what has been done of a search.
 * @throws UsageError when the folder holds a run of another configuration.
 */
export async function readRecorded(planned: PlannedRun): Promise<Recorded | null> {
  const { journal } = openRunFolder(planned.folder);
  if (!existsSync(journal) || !readFileSync(journal).includes(0x0a)) return null;
  const run = await planResumedRun({ resume: planned.folder });
  checkSameSearch(planned, run);
  const events = recordedEvents(run.earlier?.journal.lines ?? []);
  return { trajectory: events.length === 0 ? NOTHING : trajectoryOf(events, partsOf(run.plan)) };
}

function partsOf({ specification, settings }: SearchPlan) {
  const space = getSpace(specification.space);
  return {
    space,
    strategy: createStrategy(settings.strategy, { space, settings, surrogate: unasked }),
    objective: createObjective(settings.objective, { reference: settings.warmup }),
    seed: settings.seed,
    batch: specification.batch.size,
  };
}

/** What has been recorded is not proposed again. */
const unasked: Surrogate = () => Promise.reject(new Error('a recorded search was asked for more'));

/** What two runs of one search may differ in: none of it changes a score. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(['workers', 'threads', 'workerDeadline', 'device']);

/** What one strategy alone reads: searches by another may differ in it. */
const OF_A_STRATEGY: Readonly<Record<string, StrategyName>> = {
  candidates: 'forest',
  screen: 'forest',
  answer: 'forest',
  vote: 'forest',
  edgeRank: 'forest',
  voters: 'forest',
  population: 'regularized-evolution',
  sample: 'regularized-evolution',
  learningRate: 'reinforce',
};

function checkSameSearch({ folder, run: wanted }: PlannedRun, found: RunPlan): void {
  // `auto` has become what was installed when the run began.
  const { backend } = found.plan.specification;
  const { plan } = resolvePlan(wanted.config, backend === 'xnas' ? backend : null);
  const differing = differences(searchOf(plan), searchOf(found.plan));
  if (differing.length === 0) return;
  throw new UsageError(`${folder} holds another search: it differs in ${differing.join(', ')}.`, {
    code: 'another-search',
    nextSteps: ['Give the comparison another folder (--out), or move that run away.'],
  });
}

function searchOf({ specification, settings }: SearchPlan): Record<string, unknown> {
  const matters = (name: string) =>
    !OF_THE_MACHINE.has(name) && (OF_A_STRATEGY[name] ?? settings.strategy) === settings.strategy;
  const kept = Object.entries(settings).filter(([name]) => matters(name));
  return { ...specification, ...Object.fromEntries(kept) };
}

function differences(wanted: Record<string, unknown>, found: Record<string, unknown>): string[] {
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return [...names].filter((name) => !isDeepStrictEqual(wanted[name], found[name]));
}
