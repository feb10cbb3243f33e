import type { Objective } from '../../objectives/objective.js';
import type { JournalledEvent } from '../../search/events.js';
import { answerWithin } from '../../search/limited-answer.js';
import { Observer } from '../../search/observer.js';
import { type Recording, readRecording } from '../../search/recording.js';
import type { Space } from '../../spaces/space.js';
import type { Constraint } from '../../strategies/limits/constraint.js';
import type { Observation, Strategy } from '../../strategies/strategy.js';
import { addCosts, type CostKind, CostMeter, costOfEvaluation, type SearchCost } from './cost.js';

/** The state of a search after a number of architectures. */
export interface Step {
  readonly architectures: number;
  /** Total cost so far. */
  readonly cost: SearchCost;
  /** The answer at this moment; null while no loss is finite. */
  readonly genotype: string | null;
}

export interface Trajectory {
  /** One for each architecture of the history, and one for the last round of a search that has ended with one. */
  readonly steps: readonly Step[];
  /** Why the search ended by itself; null if it did not. */
  readonly ended: string | null;
}

/** Of a search that has scored nothing. */
export const NO_STEPS: Trajectory = { steps: [], ended: null };

export interface TrajectoryOptions {
  readonly space: Space;
  readonly strategy: Strategy;
  readonly objective: Objective;
  /** The limits of the search; undefined without limits. */
  readonly constraint?: Constraint | undefined;
  /** The run's seed. */
  readonly seed: number;
  /** Images in the batch. */
  readonly batch: number;
  /** Images in the batch of the last round; left out for a search without one. */
  readonly lastBatch?: number | undefined;
}

/**
 * Replays a search: after each architecture, the answer that its strategy gives to the history so far.
 * @param events of the journal, in order
 * @throws UsageError if they cannot be of such a run
 */
export async function trajectoryOf(
  events: readonly JournalledEvent[],
  options: TrajectoryOptions,
): Promise<Trajectory> {
  const { batch, lastBatch = batch } = options;
  const recording = readRecording(events, options);
  const { proposals, evaluations, finished } = recording;
  const observer = new Observer(options);
  const meter = new CostMeter(batch);
  const steps: Step[] = [];
  for (const proposed of proposals) {
    meter.add({ ...proposed, replayed: true });
    for (const canonical of observer.expect(proposed)) {
      const evaluated = evaluations.get(canonical);
      if (evaluated === undefined) continue;
      meter.add({ ...evaluated, replayed: true });
      observer.score(evaluated, { replayed: true, audit: null });
    }
    for (const event of observer.observe()) {
      meter.add(event);
      if (event.type !== 'observed') continue;
      const { history } = observer;
      const known = history.some(({ loss }) => Number.isFinite(loss));
      const genotype = known ? await answerTo(history, options) : null;
      steps.push({ architectures: history.length, cost: meter.total, genotype });
    }
  }
  steps.push(...lastRoundOf(recording, steps.at(-1), lastBatch));
  return { steps, ended: finished?.reason ?? null };
}

/** The step of the last round: it costs the trainings of all finalists, and answers as the search did. */
function lastRoundOf({ finalists, finished }: Recording, last: Step | undefined, batch: number): Step[] {
  if (finished === null || finalists.size === 0 || last === undefined) return [];
  const costs = [...finalists.values()].map(({ outcome }) => costOfEvaluation(outcome, batch));
  return [{ ...last, cost: costs.reduce(addCosts, last.cost), genotype: finished.genotype }];
}

async function answerTo(
  history: readonly Observation[],
  { space, strategy, constraint }: TrajectoryOptions,
): Promise<string> {
  const answer = strategy.answer(history);
  const { encoding } = constraint === undefined ? answer : await answerWithin(answer, history, constraint);
  return space.print(encoding);
}

/** The last step within a budget; undefined if the first exceeds it. */
export function stepWithin({ steps }: Trajectory, kind: CostKind, budget: number | null): Step | undefined {
  return budget === null ? steps.at(-1) : steps.findLast(({ cost }) => cost[kind] <= budget);
}

/** Whether the answer within the budget is final: the search has ended, or has spent the budget. */
export function isFinal({ steps, ended }: Trajectory, kind: CostKind, budget: number | null): boolean {
  return ended !== null || (budget !== null && (steps.at(-1)?.cost[kind] ?? 0) >= budget);
}
