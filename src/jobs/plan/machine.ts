/** Starts the sidecar of a planned search, and measures with it. */
import { setTimeout } from 'node:timers/promises';
import { MissingError } from '../../errors.js';
import { startBenchmarkSidecar } from '../../evaluators/benchmark.js';
import { withSharedScores } from '../../evaluators/caching.js';
import { createSidecarCosts } from '../../evaluators/costs.js';
import { type PreparedSidecar, type ResolvedPlan, startPreparedSidecar } from '../../evaluators/prepared-sidecar.js';
import { createSearchEvaluator } from '../../evaluators/search-evaluator.js';
import { createSidecarSurrogate } from '../../evaluators/surrogate.js';
import { createObjective, type Objective } from '../../objectives/index.js';
import type { Evaluator } from '../../search/evaluator.js';
import { evaluationSeed } from '../../search/recording.js';
import { warmUpProposals } from '../../strategies/draw.js';
import { type Notice, type RunPrepared, sidecarListener } from '../events.js';
import type { JobContext, JobOptions } from '../job.js';
import type { PlannedSearch } from '../search/plan.js';
import type { AfterSearch, CacheOptions } from '../search/search.js';
import type { RoundPace } from './estimate.js';
import { measureLastRound } from './last-round.js';
import {
  type CountedArchitecture,
  measureForest,
  measureTrainings,
  type TrainingTimes,
  type TurnTime,
} from './measure.js';
import type { MissingThing } from './result.js';

export interface PlanOptions extends JobOptions, CacheOptions, AfterSearch {
  /** Configuration file in XNAS's form. */
  readonly cfg: string;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. */
  readonly overrides?: readonly string[] | undefined;
  /** Python files and modules that add spaces, data sets, teachers and proxies; besides those of RMINAS.PLUGINS. */
  readonly plugins?: readonly string[] | undefined;
  /** Folder with the data sets and teachers. */
  readonly data?: string | undefined;
}

/** A plan has come to its next part. */
export interface PlanStep {
  readonly type: 'plan-step';
  /** What it does now, as a sentence without a full stop. */
  readonly doing: string;
}

export type PlanEvent = PlanStep | RunPrepared | Notice;

/** Milliseconds after which a measurement is given up. */
const MEASURE_LIMIT_MS = 30_000;
/** Seconds for the longer trainings, which those of the search and of its last round share. */
const TRAINING_SECONDS = 12;
/** Architectures of the warm-up whose multiply-adds are counted. */
const MOST_COUNTED = 48;

/** The findings on this machine. */
export interface MeasuredSearch {
  readonly resolved: ResolvedPlan;
  readonly device: string;
  /** Training images found; null when none are needed. */
  readonly images: number | null;
  /** Seconds until the batch is there and the teacher has run. */
  readonly startSeconds: number;
  readonly measuringSeconds: number;
  readonly counted: readonly CountedArchitecture[];
  /** Canonical genotypes of the warm-up whose scores are in the cache. */
  readonly cached: ReadonlySet<string>;
  /** Undefined when it took too long. */
  readonly measurement: TrainingTimes | undefined;
  /** Undefined without a last round, or when its trainings could not be measured. */
  readonly lastRound: RoundPace | undefined;
  readonly turn: TurnTime;
  readonly notes: readonly string[];
}

interface MachineOptions extends Pick<PlanOptions, 'python'> {
  /** Bytes that the cache of all runs may take; 0 for no cache. */
  readonly cacheLimit: number;
}

/** The sidecar of a search; one by a benchmark has its evaluator. */
type Started = Omit<PreparedSidecar, 'prepared'> & Partial<PreparedSidecar & { evaluator: Evaluator }>;

interface Measuring extends MachineOptions {
  readonly started: Started;
  readonly planned: PlannedSearch;
  readonly objective: Objective;
  /** Canonical, each once. */
  readonly warmup: readonly string[];
  readonly signal: AbortSignal;
}

/** @returns what is missing instead, if the search could not start */
export async function measureOnMachine(
  planned: PlannedSearch,
  options: MachineOptions,
  { signal, emit }: JobContext<PlanEvent>,
): Promise<MeasuredSearch | { missing: MissingThing[] }> {
  const listener = sidecarListener(emit);
  const byBenchmark = planned.plan.settings.objective.kind === 'benchmark';
  emit({ type: 'plan-step', doing: 'Starting Python' });
  const begun = performance.now();
  try {
    const start = byBenchmark ? startBenchmarkSidecar : startPreparedSidecar;
    const started: Started = await start({ ...planned, python: options.python, signal, ...listener });
    const startSeconds = (performance.now() - begun) / 1000;
    try {
      emit({ type: 'plan-step', doing: 'Measuring a few evaluations' });
      return { ...(await measureWith(started, planned, options, signal)), startSeconds };
    } finally {
      await started.sidecar.close();
    }
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    const what = byBenchmark ? 'benchmark' : 'environment';
    return { missing: [{ what, message: error.message, nextSteps: [...error.nextSteps] }] };
  }
}

async function measureWith(
  started: Started,
  planned: PlannedSearch,
  options: MachineOptions,
  signal: AbortSignal,
): Promise<Omit<MeasuredSearch, 'startSeconds'>> {
  const { sidecar, resolved, prepared } = started;
  const { settings } = resolved.plan;
  const begun = performance.now();
  const objective = createObjective(settings.objective, { reference: settings.warmup });
  const measuring = { ...options, started, planned, objective, warmup: canonicalWarmUp(resolved), signal };
  const count = (of: Started) => countFlops(of, measuring);
  const counted = await count(started);
  const budget = planned.lastRound === null ? TRAINING_SECONDS : TRAINING_SECONDS / 2;
  const measurement = await unlessTooLong(measure(measuring, counted, budget), signal);
  // What took too long still occupies the workers.
  const lastRound =
    measurement && (await unlessTooLong(measureLastRound(planned, started, { count, budget, signal }), signal));
  return {
    resolved,
    device: sidecar.hello.device,
    images: prepared?.dataset.images ?? null,
    counted,
    cached: await cachedOf(measuring),
    measurement,
    lastRound,
    turn: measurement === undefined ? NO_TIME : await measureTurn(measuring),
    measuringSeconds: (performance.now() - begun) / 1000,
    notes: prepared?.notes ?? [],
  };
}

function canonicalWarmUp({ plan }: ResolvedPlan): string[] {
  const { settings, definitions } = plan;
  const { space } = definitions.space;
  const encodings = warmUpProposals(space, settings.seed, 0, Math.min(settings.warmup, space.size));
  return [...new Set(encodings.map((encoding) => space.print(space.canonical(encoding))))];
}

/** The first architectures of the warm-up. A search that needs no networks counts nothing. */
async function countFlops(
  started: Started,
  { warmup, signal }: Pick<Measuring, 'warmup' | 'signal'>,
): Promise<CountedArchitecture[]> {
  const genotypes = warmup.slice(0, MOST_COUNTED);
  if (started.prepared === undefined) return genotypes.map((genotype) => ({ genotype, flops: null }));
  const count = createSidecarCosts(started, { cacheLimit: 0, notify: () => {}, signal });
  const costs = await count(genotypes, ['flops']);
  return genotypes.map((genotype, index) => ({ genotype, flops: costs[index]?.flops ?? null }));
}

function measure(
  { started, planned, objective, signal }: Measuring,
  counted: readonly CountedArchitecture[],
  budget: number,
) {
  const { sidecar, resolved } = started;
  const { settings, specification, definitions } = resolved.plan;
  const createEvaluator = (): Evaluator => {
    if (started.evaluator !== undefined) return started.evaluator;
    const options = { workers: planned.workers, objective, space: definitions.space.space, signal };
    const unshared = { recorded: [], record: () => {}, cacheLimit: 0, notify: () => {} };
    return createSearchEvaluator({ started: started as PreparedSidecar, ...options, ...unshared }).evaluator;
  };
  return measureTrainings({
    createEvaluator,
    ...{ counted, budget, seed: settings.seed },
    workers: planned.workers,
    steps: objective.isLoss ? specification.steps : 0,
    pid: sidecar.hello.pid,
  });
}

const NO_TIME: TurnTime = { seconds: 0, cpuSeconds: 0 };

async function measureTurn({ started, signal }: Measuring): Promise<TurnTime> {
  const { specification, settings, definitions } = started.resolved.plan;
  const candidates = Number(settings.strategyValues['RMINAS.CANDIDATES'] ?? 0);
  if (candidates === 0) return NO_TIME;
  const { sidecar } = started;
  const surrogate = createSidecarSurrogate({ sidecar, specification, signal });
  const { space } = definitions.space;
  const { warmup: known, seed } = settings;
  return measureForest(surrogate, { space, known, candidates, seed, pid: sidecar.hello.pid });
}

/** Only whole trainings are shared between runs. */
async function cachedOf({ started, objective, warmup, cacheLimit, planned }: Measuring): Promise<Set<string>> {
  const cached = new Set<string>();
  const { prepared } = started;
  if (prepared === undefined || !objective.isLoss) return cached;
  const nothing: Evaluator = { capacity: 1, evaluate: async () => ({ failure: 'This score is not in the cache.' }) };
  const shared = { prepared: { ...started, prepared }, limit: cacheLimit, notify: () => {} };
  const evaluator = withSharedScores(nothing, shared);
  for (const genotype of warmup) {
    const outcome = await evaluator.evaluate({
      genotype,
      seed: evaluationSeed(planned.plan.settings.seed, genotype),
    });
    if ('evaluation' in outcome) cached.add(genotype);
  }
  return cached;
}

/** Undefined when the work takes too long. It is then ended with the sidecar. */
async function unlessTooLong<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const over = new AbortController();
  const limit = setTimeout(MEASURE_LIMIT_MS, undefined, { signal: AbortSignal.any([signal, over.signal]) });
  // The work is left behind, and its end is of no interest then.
  work.catch(() => {});
  try {
    return await Promise.race([work, limit]);
  } finally {
    over.abort();
    limit.catch(() => {});
  }
}
