import type { Objective } from '../objectives/index.js';
import type { Evaluator } from '../search/evaluator.js';
import type { Space } from '../spaces/space.js';
import type { Screener } from '../strategies/strategy.js';
import type { BenchmarkSidecar } from './benchmark.js';
import { withSharedMeasurements, withSharedScores } from './caching.js';
import type { CustomEvaluation } from './custom.js';
import { UnusableSpace } from './failures.js';
import type { PreparedSidecar } from './prepared-sidecar.js';
import { createSidecarMeasure, type Measure, withProxies } from './proxies.js';
import { type MeasurementEvent, ProxyMeasurements, type ScreenedCandidate } from './proxy-measurements.js';
import { createScreener } from './screener.js';
import { createTrainingEvaluator } from './training.js';

/** The evaluator of a search, and its screener. */
export interface SearchEvaluator {
  readonly evaluator: Evaluator;
  /** Undefined when candidates are not screened. */
  readonly screener: Screener | undefined;
}

/** The sources of evaluations. */
export type StartedEvaluation = BenchmarkSidecar | PreparedSidecar | CustomEvaluation;

export interface SearchEvaluatorOptions<Started = StartedEvaluation> {
  readonly started: Started;
  /** Parallel evaluations. */
  readonly workers: number;
  readonly objective: Objective;
  readonly space: Space;
  /** Measurements in the journal of earlier sessions. */
  readonly recorded: Iterable<MeasurementEvent>;
  /** Journals a screened candidate. */
  readonly record: (screened: ScreenedCandidate) => void;
  /** Bytes that the cache of all runs may take; 0 for no cache. */
  readonly cacheLimit: number;
  readonly notify: (text: string) => void;
  readonly signal: AbortSignal;
}

/** The evaluator of a search, and its screener: of a script, a benchmark, or training and proxies behind the cache. */
export function createSearchEvaluator(options: SearchEvaluatorOptions): SearchEvaluator {
  const { started } = options;
  if ('evaluator' in started) return { evaluator: started.evaluator, screener: undefined };
  return createComputingEvaluator({ ...options, started });
}

function createComputingEvaluator(options: SearchEvaluatorOptions<PreparedSidecar>): SearchEvaluator {
  const { started, workers, objective, recorded, cacheLimit: limit, notify, signal } = options;
  const { sidecar, resolved } = started;
  const { digest, plan, config } = resolved;
  const definitions = config.catalogue.proxies;
  const shared = { prepared: started, limit, notify };
  const events = [...recorded];
  const space = new UnusableSpace(events.some((event) => event.type === 'evaluated' && 'evaluation' in event.outcome));
  const known = new ProxyMeasurements(events);
  const measured = createSidecarMeasure({ sidecar, digest, signal, space, onFailure: notify });
  const measure = withSharedMeasurements(measured, shared);
  const trained = createTrainingEvaluator({ sidecar, digest, capacity: workers, signal, space });
  const evaluator = space.watch(withSharedScores(trained, shared));
  return {
    evaluator: withProxies(evaluator, { objective, steps: plan.specification.steps, measure, known, definitions }),
    screener: screenerOf(options, measure, known),
  };
}

function screenerOf(
  { started, workers, objective, space, record, notify, signal }: SearchEvaluatorOptions<PreparedSidecar>,
  measure: Measure,
  known: ProxyMeasurements,
): Screener | undefined {
  const { screen, seed } = started.resolved.plan.settings;
  const { screening, name } = objective;
  if (screen === 0) return undefined;
  if (screening === null) {
    notify(`RMINAS.SCREEN has no effect: everything that the objective ${name} needs takes a training.`);
    return undefined;
  }
  return createScreener({ space, screening, keep: screen, measure, known, capacity: workers, seed, record, signal });
}
