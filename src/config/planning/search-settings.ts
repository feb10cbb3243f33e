/** The settings of a search: everything besides the specification that decides its course. */
import { valuesFor } from '../../definitions/values.js';
import { UsageError } from '../../errors.js';
import { benchmark } from '../../objectives/benchmark.js';
import { type ObjectiveChoice, readSeries, type SeriesChoice } from '../../objectives/index.js';
import { isModelRule } from '../../strategies/answers/settings.js';
import type { StrategyDefinition, StrategySettings } from '../../strategies/index.js';
import type { Limits } from '../../strategies/limits/constraint.js';
import type { NetworkCost } from '../../strategies/limits/costs.js';
import { PROFILES } from '../schema/profiles.js';
import type { SearchValues } from '../schema/search-keys.js';
import { type ClusterOptions, clusterOf, workersOf } from './cluster.js';

/** Guided evaluations per good architecture wanted, when RMINAS.MAX_EVALUATIONS sets no cap. */
const CAP_FACTOR = 10;

export interface SearchSettings extends StrategySettings {
  /** Name of the strategy. */
  readonly strategy: string;
  readonly objective: ObjectiveChoice;
  /** Accuracies of the objective `benchmark`; null for the validation accuracy on the data set. */
  readonly series: SeriesChoice | null;
  /** Candidates that screening leaves; 0 when the strategy does not screen. */
  readonly screen: number;
  /** Architectures that a last round scores again; 0 for no last round. */
  readonly finalists: number;
  /** `KEY`, `VALUE`, …: the difference of the last round's configuration. */
  readonly finalistsKeys: readonly string[];
  /** Whether futile trainings are stopped. */
  readonly futility: boolean;
  /** Share of the architectures whose training is never stopped, 0 to 1. */
  readonly auditShare: number;
  /** The limits on the costs of networks. */
  readonly limits: Limits;
  /** Images in an inference whose latency is measured. */
  readonly latencyBatch: number;
  /** The cost of the Pareto front; null when the result has none. */
  readonly pareto: NetworkCost | null;
  /** Evaluations at a time; on a cluster, the most of them. */
  readonly workers: number;
  /** Architectures that a worker trains at a time. */
  readonly stack: number;
  /** Architectures that a guided turn asks for. */
  readonly proposals: number;
  /** Threads of each worker; 0 divides the cores among them. */
  readonly threads: number;
  /** Seconds without a sign of life after which a start has failed. */
  readonly startDeadline: number;
  /** Seconds without a sign of life after which a worker is replaced. */
  readonly workerDeadline: number;
  /** `auto`, or a list such as `cuda:0,cuda:1`. */
  readonly device: string;
  /** The Ray cluster that workers run on; null for this machine. */
  readonly cluster: ClusterOptions | null;
}

/** @throws UsageError `cap-below-warmup` */
export function planSettings(
  values: SearchValues,
  { strategy, objective }: { strategy: StrategyDefinition; objective: ObjectiveChoice },
): SearchSettings {
  const strategyValues: Readonly<Record<string, unknown>> = valuesFor(strategy.keys, values);
  const pareto = values['RMINAS.PARETO'] === 'none' ? null : values['RMINAS.PARETO'];
  const limits = limitsOf(values);
  // The bounds of futile trainings limit the loss of the training itself. A cheap network may be on the front with any
  // loss, so its training goes to the end.
  const minimisesTrainingLoss = objective.kind === 'rmi' && pareto === null;
  return {
    strategy: strategy.name,
    strategyValues,
    objective,
    minimisesTrainingLoss,
    series: readSeries(valuesFor(benchmark.keys, values)['RMINAS.BENCHMARK_SERIES']),
    warmup: values['RMINAS.RF_WARMUP'],
    thresholdRate: values['RMINAS.RF_THRESRATE'],
    successes: values['RMINAS.RF_SUCC'],
    cap: capOf(values),
    ...answerOf(values, limits),
    leastEvaluations: values['RMINAS.MIN_EVALUATIONS'],
    vote: values['RMINAS.VOTE'],
    voters: values['RMINAS.VOTE_TOP'],
    finalists: finalistsOf(values, limits),
    finalistsKeys: values['RMINAS.FINALISTS_KEYS'].split(/\s+/).filter((word) => word !== ''),
    ridge: values['RMINAS.ANSWER_RIDGE'],
    parts: objective.kind === 'aggregate' ? objective.proxies : [],
    screen: Number(strategyValues['RMINAS.SCREEN'] ?? 0),
    edgeRank: PROFILES[values['RMINAS.PROFILE']].edgeRank,
    futility: minimisesTrainingLoss && strategyValues['RMINAS.FUTILITY'] === true,
    auditShare: Number(values['RMINAS.AUDIT'] ?? 0),
    limits,
    latencyBatch: values['RMINAS.LATENCY_BATCH'],
    pareto,
    seed: values.RNG_SEED,
    workers: workersOf(values),
    stack: stackOf(values),
    proposals: values['RMINAS.PROPOSALS'],
    threads: values['RMINAS.THREADS'],
    startDeadline: values['RMINAS.START_DEADLINE'],
    workerDeadline: values['RMINAS.WORKER_DEADLINE'],
    device: values['RMINAS.DEVICE'],
    cluster: clusterOf(values),
  };
}

/** Architectures that all workers together train or measure at a time. */
export function lanesOf({ workers, stack }: Pick<SearchSettings, 'workers' | 'stack'>): number {
  return workers * stack;
}

/** A worker of a cluster has one request at a time. */
function stackOf(values: SearchValues): number {
  const stacks = values['RMINAS.ARITHMETIC'] === 'stacked' && values['RMINAS.ENGINE'] === 'local';
  return stacks ? values['RMINAS.STACK'] : 1;
}

/**
 * The rule of the answer, how sure it has to be, and whether it is checked. A limited search may have a rule of its own,
 * which may have neither confidence nor check.
 */
function answerOf(
  values: SearchValues,
  limits: Limits,
): Pick<SearchSettings, 'answer' | 'confidence' | 'checksAnswer'> {
  const {
    'RMINAS.ANSWER': unlimited,
    'RMINAS.ANSWER_WITHIN_LIMITS': limited,
    'RMINAS.CONFIDENCE': confidence,
    'RMINAS.CHECK_ANSWER': checksAnswer,
  } = values;
  if (limited === 'same' || !hasLimits(limits)) return { answer: unlimited, confidence, checksAnswer };
  const isModel = isModelRule(limited);
  return { answer: limited, confidence: isModel ? confidence : 0, checksAnswer: isModel && checksAnswer };
}

function hasLimits(limits: Limits): boolean {
  return Object.keys(limits).length > 0;
}

function finalistsOf(values: SearchValues, limits: Limits): number {
  return (hasLimits(limits) && values['RMINAS.FINALISTS_WITHIN_LIMITS']) || values['RMINAS.FINALISTS'];
}

/** A limit of multiply-adds is set in ones and compared in millions. */
function limitsOf(values: SearchValues): Limits {
  const { 'RMINAS.MAX_PARAMS': params, 'RMINAS.MAX_FLOPS': flops, 'RMINAS.MAX_LATENCY': latency } = values;
  return {
    ...(params !== null && { params }),
    ...(flops !== null && { flops: flops / 1e6 }),
    ...(latency !== null && { latency }),
  };
}

function capOf(values: SearchValues): number {
  const warmup = values['RMINAS.RF_WARMUP'];
  const cap = values['RMINAS.MAX_EVALUATIONS'] || warmup + CAP_FACTOR * values['RMINAS.RF_SUCC'];
  if (cap >= warmup) return cap;
  throw new UsageError(`RMINAS.MAX_EVALUATIONS is ${cap}, and the warm-up alone takes ${warmup} (RMINAS.RF_WARMUP).`, {
    code: 'cap-below-warmup',
    nextSteps: ['Raise RMINAS.MAX_EVALUATIONS, set it to 0, or lower RMINAS.RF_WARMUP.'],
  });
}
