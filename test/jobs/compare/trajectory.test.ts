import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_COST } from '../../../src/jobs/compare/cost.js';
import { isFinal, stepWithin, trajectoryOf } from '../../../src/jobs/compare/trajectory.js';
import { createAggregate } from '../../../src/objectives/aggregate.js';
import type { Objective } from '../../../src/objectives/objective.js';
import { RMI } from '../../../src/objectives/rmi.js';
import { searchSpace } from '../../../src/search/controller.js';
import type { EvaluationOutcome, EvaluationRequest } from '../../../src/search/evaluator.js';
import type { SearchEvent } from '../../../src/search/events.js';
import { nasBench201 } from '../../../src/spaces/nas-bench-201/space.js';
import type { Space } from '../../../src/spaces/space.js';
import {
  collect,
  createSimulatedEvaluator,
  createSimulatedStrategy,
  evaluationOf,
  finishOf,
  hashedLoss,
  journalOf,
  SEED,
} from '../../search/simulated.js';
import { createTinySpace } from '../../spaces/tiny-space.js';

const part = { name: 'flops', direction: 'lower', needs: 'nothing', weight: 1 } as const;

interface Case {
  readonly space: Space;
  readonly objective: Objective;
  readonly capacity: number;
  readonly outcomeOf?: (request: EvaluationRequest) => EvaluationOutcome;
}

const measured = (request: EvaluationRequest): EvaluationOutcome => ({
  evaluation: evaluationOf(hashedLoss(request)),
  parts: { flops: hashedLoss(request) },
});

async function recordSearch({ space, objective, capacity, outcomeOf }: Case) {
  const strategy = createSimulatedStrategy(space);
  const evaluator = createSimulatedEvaluator(capacity, 0, outcomeOf ?? measured);
  const events = await collect(searchSpace({ space, strategy, objective, evaluator, seed: SEED }));
  const options = { space, strategy, objective, seed: SEED, batch: 2 };
  return { events, journal: journalOf(events), options };
}

const observedIn = (events: readonly SearchEvent[]) => events.filter((event) => event.type === 'observed');

const CASES: Case[] = [1, 3].flatMap((capacity) => [
  { space: nasBench201, objective: RMI, capacity },
  { space: createTinySpace(3, 4), objective: RMI, capacity },
  { space: nasBench201, objective: createAggregate([part], 8), capacity },
]);

describe.each(CASES)('the trajectory of a recorded search (case %#)', (one) => {
  it('has a step for each architecture, and ends with the answer of the search', async () => {
    const { events, journal, options } = await recordSearch(one);
    const { steps, ended } = await trajectoryOf(journal, options);
    expect(steps.map(({ architectures }) => architectures)).toEqual(observedIn(events).map(({ index }) => index + 1));
    expect(steps.at(-1)?.genotype).toBe(finishOf(events)?.genotype);
    expect(ended).toBe(finishOf(events)?.reason);
  });

  it('counts the cost of each evaluation once', async () => {
    const { events, journal, options } = await recordSearch(one);
    const { steps } = await trajectoryOf(journal, options);
    const evaluations = events.filter(({ type }) => type === 'evaluated').length;
    expect(steps.at(-1)?.cost).toMatchObject({ steps: evaluations, seconds: evaluations / 4 });
    const costs = steps.map(({ cost }) => cost.seconds);
    expect(costs).toEqual([...costs].sort((a, b) => a - b));
  });

  it('has at every moment the answer of a search that ends there', async () => {
    const { journal, options } = await recordSearch(one);
    const whole = await trajectoryOf(journal, options);
    for (let end = 0; end <= journal.length; end += 1) {
      const { steps } = await trajectoryOf(journal.slice(0, end), options);
      expect(steps).toEqual(whole.steps.slice(0, steps.length));
    }
  });
});

describe('the trajectory of a search with a last round', () => {
  it('ends with a step that costs its trainings and has its answer', async () => {
    const [space, strategy] = [createTinySpace(3, 4), createSimulatedStrategy(createTinySpace(3, 4))];
    const lastRound = { count: 4, evaluator: createSimulatedEvaluator(2, 0), seed: SEED + 1 };
    const search = { space, strategy, objective: RMI, seed: SEED };
    const events = await collect(searchSpace({ ...search, evaluator: createSimulatedEvaluator(2, 0), lastRound }));
    const journal = journalOf(events);
    const { steps } = await trajectoryOf(journal, { ...search, batch: 2, lastBatch: 6 });
    const [before, last] = steps.slice(-2);
    expect(last).toMatchObject({ architectures: before?.architectures, genotype: finishOf(events).genotype });
    expect(last?.genotype).not.toBe(before?.genotype);
    const round = { seconds: 1, steps: 4, evaluations: 4 };
    for (const [kind, cost] of Object.entries(round) as [keyof typeof round, number][]) {
      expect((last?.cost[kind] ?? 0) - (before?.cost[kind] ?? 0)).toBeCloseTo(cost);
    }
    // An interruption in the round leaves the answer of the history.
    expect(await trajectoryOf(journal.slice(0, -1), { ...search, batch: 2 })).toEqual({
      steps: steps.slice(0, -1),
      ended: null,
    });
  });
});

describe('the trajectory of a search whose trainings all fail', () => {
  it('has no answer until one succeeds', async () => {
    const failing = ['00', '01'];
    const outcomeOf = (request: EvaluationRequest): EvaluationOutcome =>
      failing.includes(request.genotype.slice(0, 2)) ? { failure: 'died' } : measured(request);
    const one = { space: createTinySpace(3, 4), objective: RMI, capacity: 1, outcomeOf };
    const { events, journal, options } = await recordSearch(one);
    const { steps } = await trajectoryOf(journal, options);
    const first = observedIn(events).findIndex(({ loss }) => Number.isFinite(loss));
    expect(first).toBeGreaterThan(0);
    expect(steps.map(({ genotype }) => genotype !== null)).toEqual(steps.map((_, index) => index >= first));
  });
});

describe('a budget', () => {
  const trajectory = { ended: null, steps: [1, 3, 3, 6].map((seconds, index) => stepOf(seconds, index + 1)) };
  function stepOf(seconds: number, architectures: number) {
    return { architectures, cost: { ...NO_COST, seconds }, genotype: `g${architectures}` };
  }

  it('allows the last step within it, duplicates included', () => {
    const within = (budget: number | null) => stepWithin(trajectory, 'seconds', budget)?.architectures;
    expect([0.5, 1, 2.9, 3, 5.9, 6, 100, null].map(within)).toEqual([undefined, 1, 1, 3, 3, 4, 4, 4]);
  });

  it('never allows less when it is larger', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1 }), fc.nat(50), fc.nat(50), (costs, a, b) => {
        const rising = costs.sort((x, y) => x - y).map((seconds, index) => stepOf(seconds, index + 1));
        const count = (budget: number) =>
          stepWithin({ ended: null, steps: rising }, 'seconds', budget)?.architectures ?? 0;
        expect(count(Math.max(a, b))).toBeGreaterThanOrEqual(count(Math.min(a, b)));
      }),
    );
  });

  it('is complete for a search that has spent it, or has ended', () => {
    expect(isFinal(trajectory, 'seconds', 6)).toBe(true);
    expect(isFinal(trajectory, 'seconds', 6.5)).toBe(false);
    expect(isFinal(trajectory, 'seconds', null)).toBe(false);
    expect(isFinal({ ...trajectory, ended: 'evaluation-cap' }, 'seconds', null)).toBe(true);
    expect(isFinal({ ended: null, steps: [] }, 'seconds', 1)).toBe(false);
  });
});
