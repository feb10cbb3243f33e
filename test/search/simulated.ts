/** A simulated search: the loss is a function of the genotype, and evaluations end in any order. */
import type { Evaluation } from '../../src/protocol/messages.js';
import { createRandom } from '../../src/random/random.js';
import type { EvaluationOutcome, EvaluationRequest, Evaluator } from '../../src/search/evaluator.js';
import type { Finished, JournalledEvent, Observed, SearchEvent } from '../../src/search/events.js';
import type { Space } from '../../src/spaces/space.js';
import { createForest, type ForestSettings } from '../../src/strategies/forest.js';
import type { Strategy } from '../../src/strategies/strategy.js';
import { frequencySurrogate } from '../strategies/frequency-surrogate.js';

export const SEED = 7;

export function evaluationOf(loss: number | null): Evaluation {
  return { loss, curve: [loss], cka: [0.5, 0.5, 0.5], crossEntropy: 1, steps: 1, seconds: 0.25 };
}

/** A loss in [0, 1) that is a function of seed and genotype. */
export function hashedLoss({ genotype, seed }: EvaluationRequest): number {
  return createRandom(seed, genotype, 0).below(1000) / 1000;
}

export interface SimulatedEvaluator extends Evaluator {
  readonly requests: readonly EvaluationRequest[];
  /** Most evaluations that ran at the same time. */
  readonly busiest: () => number;
}

/** @param order seed of the order in which parallel evaluations end */
export function createSimulatedEvaluator(
  capacity: number,
  order: number,
  outcomeOf: (request: EvaluationRequest) => EvaluationOutcome = (request) => ({
    evaluation: evaluationOf(hashedLoss(request)),
  }),
): SimulatedEvaluator {
  const requests: EvaluationRequest[] = [];
  const random = createRandom(order, 'latency', 0);
  let running = 0;
  let busiest = 0;
  return {
    capacity,
    requests,
    busiest: () => busiest,
    async evaluate(request) {
      requests.push(request);
      running += 1;
      busiest = Math.max(busiest, running);
      for (let ticks = random.below(40); ticks > 0; ticks -= 1) await null;
      running -= 1;
      return outcomeOf(request);
    },
  };
}

export function createSimulatedStrategy(space: Space, changes: Partial<ForestSettings> = {}): Strategy {
  const settings: ForestSettings = {
    warmup: 8,
    thresholdRate: 0.3,
    successes: 5,
    candidates: 30,
    answer: 'vote',
    vote: 'sum',
    edgeRank: 'votes',
    voters: 5,
    cap: 40,
    futility: false,
    seed: SEED,
    ...changes,
  };
  return createForest({ space, surrogate: frequencySurrogate, settings });
}

export async function collect(events: AsyncIterable<SearchEvent>): Promise<SearchEvent[]> {
  const collected: SearchEvent[] = [];
  for await (const event of events) collected.push(event);
  return collected;
}

/** The events that a journal would contain. */
export function journalOf(events: readonly SearchEvent[]): JournalledEvent[] {
  return events.flatMap((event) => {
    if (event.type === 'observed' || event.type === 'threshold-set') return [];
    const { replayed: _, ...entry } = event;
    return [entry as JournalledEvent];
  });
}

/** The observed events, without the field that depends on resumption. */
export function historyOf(events: readonly SearchEvent[]): Observed[] {
  return events.flatMap((event) => {
    if (event.type !== 'observed') return [];
    const { replayed: _, ...observed } = event;
    return [observed];
  });
}

export function finishOf(events: readonly SearchEvent[]): Finished {
  const last = events.at(-1);
  if (last?.type !== 'finished') throw new Error(`The last event is ${last?.type}, not finished.`);
  const { replayed: _, ...finished } = last;
  return finished;
}
