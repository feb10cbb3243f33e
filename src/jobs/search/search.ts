import { z } from 'zod';
import { dumpConfig } from '../../config/index.js';
import { lanesOf } from '../../config/planning/search-settings.js';
import { FOLLOW_UPS, type FollowUp } from '../../definitions/follow-up.js';
import { UsageError } from '../../errors.js';
import { startBenchmarkSidecar } from '../../evaluators/benchmark.js';
import { cacheLimit } from '../../evaluators/caching.js';
import { startCustomEvaluation } from '../../evaluators/custom.js';
import { startPreparedSidecar } from '../../evaluators/prepared-sidecar.js';
import { createSearchEvaluator, type StartedEvaluation } from '../../evaluators/search-evaluator.js';
import { createSidecarSurrogate, loadForests } from '../../evaluators/surrogate.js';
import { pathOption } from '../../installation/paths.js';
import { createObjective } from '../../objectives/index.js';
import { checkOptions, flagOption, type OptionShape, objectWith, oneOf, wholeNumberOption } from '../../options.js';
import { PluginLoader } from '../../plugins/loader.js';
import { searchSpace } from '../../search/controller.js';
import type { Evaluator } from '../../search/evaluator.js';
import type { SearchEvent } from '../../search/events.js';
import { createJobFolder, ensureJobFolder, type JobFolder, jobFolderAt } from '../../store/folder.js';
import { openJob } from '../../store/job-store.js';
import { recordable } from '../../store/journal-line.js';
import { createStrategy } from '../../strategies/index.js';
import { checkKinds, kindsOf, MIXED_OPTIONS, type MixedOptions } from '../arithmetic-kinds.js';
import { CONFIGURATION_OPTIONS, isResumed, RESUMED_OPTIONS, resumable, words } from '../common-options.js';
import { sidecarListener } from '../events.js';
import { JOB_OPTIONS, type Job, type JobContext, type JobOptions, startChecked } from '../job.js';
import { sessionOf } from '../session.js';
import { openCosts, type SearchCosts } from './costs.js';
import { CUSTOM_OPTIONS } from './custom.js';
import { describeSearchEvent, type SearchJobEvent } from './events.js';
import { finalizeSearch } from './finalize.js';
import {
  kindsOfRun,
  outcomeSchema,
  recordedEvents,
  recordedMeasurements,
  SEARCH_JOURNAL,
  type SearchEntry,
  type SearchHeader,
  type SearchStore,
} from './journal.js';
import { openLastRound } from './last-round.js';
import {
  type NewSearch,
  type PlannedSearch,
  planNewSearch,
  planResumedSearch,
  type ResolvedSearch,
  type ResumedSearch,
  searchHeaderOf,
} from './plan.js';
import { SearchRecord } from './record.js';
import type { SearchResult } from './result.js';

export interface CacheOptions {
  /** Whether the run uses and extends the shared score cache; true by default. */
  readonly cache?: boolean | undefined;
}

export const CACHE_OPTIONS: OptionShape<CacheOptions> = { cache: flagOption.optional() };

/** A search, new or resumed. */
export type SearchOptions = (NewSearch | ResumedSearch) & JobOptions & CacheOptions & MixedOptions;

/** What comes after the search itself. */
export type AfterSearch = Pick<NewSearch, 'verify' | 'verifyEpochs' | 'followUp'>;

export const AFTER_OPTIONS: OptionShape<AfterSearch> = {
  verify: wholeNumberOption(0, 100_000).optional(),
  verifyEpochs: wholeNumberOption(1, 10_000).optional(),
  followUp: objectWith<FollowUp>('an object { steps, keys }', {
    steps: z.array(oneOf(FOLLOW_UPS), `an array of ${FOLLOW_UPS.join(' and ')}`).min(1, 'at least one step'),
    keys: words,
  }).optional(),
};

const NEW_OPTIONS: OptionShape<NewSearch & JobOptions & CacheOptions & MixedOptions> = {
  ...{ ...JOB_OPTIONS, ...CACHE_OPTIONS, ...MIXED_OPTIONS, ...CUSTOM_OPTIONS, ...CONFIGURATION_OPTIONS },
  ...AFTER_OPTIONS,
  folder: pathOption.optional(),
};
const RESUMED_SEARCH_OPTIONS: OptionShape<ResumedSearch & JobOptions & CacheOptions & MixedOptions> = {
  ...{ ...RESUMED_OPTIONS, ...CACHE_OPTIONS, ...MIXED_OPTIONS, ...CUSTOM_OPTIONS },
};

/** @param name of the function that was called, for messages */
export function checkSearchOptions(options: unknown, name = 'search'): SearchOptions {
  return isResumed(options)
    ? checkOptions(`${name}({ resume })`, RESUMED_SEARCH_OPTIONS, options)
    : checkOptions(`${name}()`, NEW_OPTIONS, options);
}

export type SearchJob = Job<SearchJobEvent, SearchResult>;

/**
 * Searches for an architecture as `rminas search` does.
 *
 * @example
 * const job = search({ cfg: 'quickstart' });
 * for await (const event of job) if (event.type === 'observed') console.error(event.genotype, event.loss);
 * const { genotype } = await job.result;
 *
 * @example
 * // With your own objects instead of those that a configuration names:
 * const { genotype } = await search({ space: mySpace, evaluator: myEvaluator }).result;
 * const other = search({ cfg: 'quickstart', strategy: myStrategy });
 */
export function search(options: SearchOptions): SearchJob {
  const interruption = resumable({ job: 'search', kept: 'what it evaluated', command: 'rminas search --resume' });
  return startChecked(() => checkSearchOptions(options), { interruption }, runSearch);
}

/** Opens the store, plans, starts the sidecar, runs the controller, and finalizes. */
async function runSearch(options: SearchOptions, context: JobContext<SearchJobEvent>): Promise<SearchResult> {
  const limit = (options.cache ?? true) ? cacheLimit() : 0;
  const store = openSearch(options, context);
  try {
    const planned = await planIn(store, options, context.signal);
    for (const text of planned.notices) store.notify(text);
    const started = await startEvaluation(planned, options, store, context.signal);
    try {
      const run = { ...planned, ...started.resolved };
      const opening = { run, started, store, cacheLimit: limit, signal: context.signal };
      const costs = openCosts(opening);
      // Infeasible limits are found before a folder is made.
      await costs?.check(run);
      begin(store, run, started, options);
      costs?.begin();
      const parts = { ...opening, costs };
      const searched = await runController(parts);
      return await finalizeSearch({ ...parts, ...searched });
    } finally {
      await started.sidecar?.close();
    }
  } finally {
    store.close();
  }
}

/** A resumed run is locked before its journal is read. */
function openSearch(options: SearchOptions, listener: JobContext<SearchJobEvent>): SearchStore {
  return openJob<SearchEntry, SearchHeader, SearchJobEvent>({
    place: 'resume' in options ? { kind: 'resume', folder: jobFolderAt(options.resume) } : { kind: 'fresh' },
    format: SEARCH_JOURNAL,
    // The log has the events of earlier sessions already.
    describe: (event) => ('replayed' in event && event.replayed ? null : describeSearchEvent(event)),
    listener,
  });
}

function planIn({ earlier }: SearchStore, options: SearchOptions, signal: AbortSignal) {
  const loader = new PluginLoader({ python: options.python, signal });
  if (earlier === undefined) return planNewSearch(options as NewSearch, loader);
  return planResumedSearch(earlier, options, loader);
}

/** Only searches by a benchmark or by a custom evaluator need no batch. */
async function startEvaluation(
  planned: PlannedSearch,
  { python }: JobOptions,
  store: SearchStore,
  signal: AbortSignal,
): Promise<StartedEvaluation> {
  const onPreempted = (request: string | null) => {
    if (request === 'evaluate' || request === 'measure') store.write({ type: 'preempted', request });
  };
  const options = { ...planned, python, signal, onPreempted, ...sidecarListener((event) => store.emit(event)) };
  const { strategy, evaluator } = planned.custom;
  // A strategy that exists already has no way to ask the sidecar for a forest.
  const needsSidecar = strategy === undefined || 'create' in strategy;
  if (evaluator !== undefined) return startCustomEvaluation(withRecordableOutcomes(evaluator), needsSidecar, options);
  const start = planned.plan.settings.objective.kind === 'benchmark' ? startBenchmarkSidecar : startPreparedSidecar;
  return start(options);
}

/** Checks the outcomes of an evaluator of a script, and makes them what a resumed search would read. */
function withRecordableOutcomes(evaluator: Evaluator): Evaluator {
  const { name = 'unnamed' } = evaluator;
  return {
    name,
    get capacity() {
      return evaluator.capacity;
    },
    async evaluate(request) {
      const outcome = await evaluator.evaluate(request);
      return recordable(`The outcome of the evaluator ${name} for ${request.genotype}`, outcome, outcomeSchema);
    },
  };
}

/** Begins to write, once nothing can go wrong any more before the first evaluation. */
function begin(
  store: SearchStore,
  run: ResolvedSearch,
  { sidecar, ...started }: StartedEvaluation,
  options: MixedOptions,
): void {
  const batch = 'prepared' in started ? started.prepared.batch.digest : null;
  checkSameBatch(store, batch);
  const kinds = batch === null || sidecar === null ? undefined : kindsOf(sidecar.hello);
  for (const text of checkKinds('run', kindsOfRun(store), kinds ?? [], options)) store.notify(text);
  const computer = sidecar?.hello ?? { versions: { node: process.versions.node }, device: 'none' };
  store.begin({
    folder: () => makeFolder(run),
    config: dumpConfig(run.config.settings),
    header: searchHeaderOf(run),
    session: { ...sessionOf(computer), ...(kinds && { kinds }), batch },
  });
  const recorded = store.lines.filter(({ entry }) => entry.type === 'evaluated').length;
  store.emit({ type: 'run-opened', folder: store.folder.path, recorded });
}

function makeFolder({ folder, plan, custom }: ResolvedSearch): JobFolder {
  if (folder !== null) return ensureJobFolder(folder);
  const { space, dataset, seed } = plan.specification;
  const images = custom.evaluator === undefined ? [dataset] : [];
  return createJobFolder(plan.outDir, [space, ...images, `seed${seed}`].join('-'));
}

/** Scores on another batch cannot be mixed with those in the journal. */
function checkSameBatch({ lines }: SearchStore, batch: string | null): void {
  if (lines.every(({ entry }) => entry.type !== 'session' || entry.batch === batch)) return;
  throw new UsageError(
    'The batch differs from the one that this run began with: images, teacher or libraries changed.',
    {
      code: 'changed-batch',
      nextSteps: ['Give the data that the run began with (--data), in the same environment, or start a new run.'],
    },
  );
}

/** A search whose sidecar is ready and whose journal is open. */
interface SearchRun {
  readonly run: ResolvedSearch;
  readonly started: StartedEvaluation;
  readonly store: SearchStore;
  /** Bytes that the cache of all runs may take; 0 for no cache. */
  readonly cacheLimit: number;
  /** Undefined for a search that needs no costs of networks. */
  readonly costs: SearchCosts | undefined;
  readonly signal: AbortSignal;
}

/** Runs the controller on from what the journal has, and journals each of its decisions. */
async function runController({ run, started, store, cacheLimit: limit, costs, signal }: SearchRun) {
  const { plan, workers, proposals } = run;
  const { settings, specification, definitions } = plan;
  const { space } = definitions.space;
  const objective = createObjective(settings.objective, { reference: settings.warmup });
  const { evaluator, screener } = createSearchEvaluator({
    ...{ started, objective, space, signal },
    workers: lanesOf({ workers, stack: settings.stack }),
    recorded: recordedMeasurements(store.lines),
    // A lost measurement is made again. The next durable line takes those before it to the disk.
    record: (screened) => store.write(screened as SearchEntry, { durable: false }),
    cacheLimit: limit,
    notify: (text) => store.notify(text),
  });
  const { sidecar } = started;
  const surrogate = createSidecarSurrogate({ sidecar, specification, signal });
  const guided = settings.cap > settings.warmup;
  if (guided && definitions.strategy.growsForests && sidecar) loadForests({ sidecar, specification, signal }, space);
  const constraint = costs?.constraint;
  const strategy = createStrategy(definitions.strategy, {
    ...{ space, settings, screener, surrogate, constraint },
    costs: costs?.table,
  });
  const lastRound = openLastRound({ run, started, store, cacheLimit: limit, signal });
  const record = new SearchRecord(objective);
  const { seed, auditShare } = settings;
  const recorded = recordedEvents(store.lines);
  const events = searchSpace({
    ...{ space, strategy, objective, evaluator, constraint, lastRound },
    ...{ seed, proposals, auditShare, recorded, signal },
  });
  for await (const event of events) {
    // The controller acts on an event after it has been taken, so it is written first.
    if (!event.replayed) journal(store, event);
    record.add(event);
    store.emit(event);
  }
  return { record, space, strategy, objective, evaluator };
}

function journal(store: SearchStore, { replayed: _, ...event }: SearchEvent): void {
  if (event.type !== 'observed' && event.type !== 'threshold-set') {
    // A lost proposal is made again: it follows from the history. Its first result takes it to the disk.
    store.write(event as SearchEntry, { durable: event.type !== 'proposed' });
  }
}
