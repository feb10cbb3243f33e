import { type BenchmarkSidecar, startBenchmarkSidecar } from '../../evaluators/benchmark-sidecar.js';
import { createScoring } from '../../evaluators/scoring.js';
import { createSidecarSurrogate } from '../../evaluators/surrogate.js';
import { startWorkingSidecar, type WorkingSidecar } from '../../evaluators/working-sidecar.js';
import { createObjective } from '../../objectives/index.js';
import { search } from '../../search/controller.js';
import type { Finished } from '../../search/events.js';
import { getSpace } from '../../spaces/index.js';
import { createStrategy } from '../../strategies/index.js';
import { conclude } from './conclude.js';
import { type Desk, openDesk } from './desk.js';
import type { RunEvent } from './events.js';
import type { JournalLine } from './journal.js';
import { type ResolvedRun, type RunPlan, recordedEvents } from './open-run.js';
import { RunRecord } from './record.js';
import type { SearchResult } from './result.js';

export interface DriveOptions {
  readonly run: RunPlan;
  readonly python: string | undefined;
  /** Bytes that scores which runs share may take; 0 for none. */
  readonly cacheLimit: number;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/** Works on a run, new or interrupted, until it has its result. */
export async function drive(options: DriveOptions): Promise<SearchResult> {
  const { run, signal } = options;
  const early: RunEvent[] = [];
  const emit = (event: RunEvent) => {
    early.push(event);
    options.emit(event);
  };
  const start = run.plan.settings.objective.kind === 'benchmark' ? startBenchmarkSidecar : startWorkingSidecar;
  const working = await start({ ...run, python: options.python, signal, emit });
  let desk: Desk | undefined;
  try {
    const resolved = { ...run, ...working.resolved };
    desk = openDesk(resolved, working, options.emit, early);
    return await searchAndConclude({ ...options, run: resolved, working, desk });
  } finally {
    desk?.close();
    await working.sidecar.close();
  }
}

async function searchAndConclude(
  options: DriveOptions & { run: ResolvedRun; working: BenchmarkSidecar | WorkingSidecar; desk: Desk },
): Promise<SearchResult> {
  const { run, working, desk, signal } = options;
  const { plan } = run;
  const space = getSpace(plan.specification.space);
  const objective = createObjective(plan.settings.objective, { reference: plan.settings.warmup });
  const record = new RunRecord(objective);
  const { evaluator, screener } = createScoring({ ...options, objective, space });
  const strategy = createStrategy(plan.settings.strategy, {
    space,
    settings: plan.settings,
    screener,
    surrogate: createSidecarSurrogate({ sidecar: working.sidecar, specification: plan.specification, signal }),
  });
  const recorded = recordedEvents(desk.lines);
  const { seed, auditShare } = plan.settings;
  for await (const event of search({ space, strategy, objective, evaluator, seed, auditShare, recorded, signal })) {
    // On disk first: the controller acts on an event only after it has been taken.
    if (!event.replayed && (event.type === 'proposed' || event.type === 'evaluated' || event.type === 'finished')) {
      const { replayed: _, ...entry } = event;
      desk.write(entry as JournalLine['entry']);
    }
    record.add(event);
    desk.emit(event);
  }
  const finished = record.finished as Finished;
  return conclude({ ...options, finished, record, space, objective, evaluator });
}
