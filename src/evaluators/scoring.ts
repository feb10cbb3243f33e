import type { Desk } from '../jobs/search/desk.js';
import type { ResolvedRun } from '../jobs/search/open-run.js';
import type { Objective } from '../objectives/index.js';
import type { Evaluator } from '../search/evaluator.js';
import type { Space } from '../spaces/space.js';
import type { Screener } from '../strategies/strategy.js';
import type { BenchmarkSidecar } from './benchmark-sidecar.js';
import { createSidecarMeasure, type Measure } from './measure.js';
import { Measurements } from './measurements.js';
import { withMeasurements } from './measuring.js';
import { createScreener } from './screener.js';
import { withSharedMeasurements, withSharedScores } from './shared-scores.js';
import { createSidecarEvaluator } from './training.js';
import type { WorkingSidecar } from './working-sidecar.js';

/** Who tells how good architectures are. */
export interface Scoring {
  readonly evaluator: Evaluator;
  /** Undefined where candidates are not screened. */
  readonly screener: Screener | undefined;
}

interface ScoringOptions<Working = BenchmarkSidecar | WorkingSidecar> {
  readonly run: ResolvedRun;
  readonly working: Working;
  readonly desk: Desk;
  readonly objective: Objective;
  readonly space: Space;
  /** Bytes that what runs share may take; 0 for none. */
  readonly cacheLimit: number;
  readonly signal: AbortSignal;
}

export function createScoring(options: ScoringOptions): Scoring {
  const { working } = options;
  if ('evaluator' in working) return { evaluator: working.evaluator, screener: undefined };
  return createMeasuredScoring({ ...options, working });
}

function createMeasuredScoring(options: ScoringOptions<WorkingSidecar>): Scoring {
  const { run, working, desk, objective, cacheLimit, signal } = options;
  const notice = (text: string) => desk.emit({ type: 'notice', text });
  const { digest } = run;
  const { sidecar } = working;
  const known = new Measurements(desk.lines);
  const trainer = createSidecarEvaluator({ sidecar, digest, capacity: run.workers, signal });
  const own = createSidecarMeasure({ sidecar, digest, signal, onFailure: notice });
  const measure = withSharedMeasurements(own, working, cacheLimit, notice);
  const { steps } = run.plan.specification;
  const evaluator = withSharedScores(trainer, working, cacheLimit, notice);
  return {
    evaluator: withMeasurements(evaluator, { objective, steps, measure, known }),
    screener: screenerOf(options, measure, known),
  };
}

function screenerOf(
  { run, desk, objective, space, signal }: ScoringOptions,
  measure: Measure,
  known: Measurements,
): Screener | undefined {
  const { screen, seed } = run.plan.settings;
  const { screening, name } = objective;
  if (screen === 0) return undefined;
  if (screening === null) {
    const text = `RMINAS.SCREEN changes nothing: all that ${name} goes by takes a training.`;
    desk.emit({ type: 'notice', text });
    return undefined;
  }
  const { write } = desk;
  return createScreener({ space, screening, keep: screen, measure, known, capacity: run.workers, seed, write, signal });
}
