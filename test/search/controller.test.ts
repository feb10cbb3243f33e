import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { RMI } from '../../src/objectives/rmi.js';
import { derivedSeed } from '../../src/random/random.js';
import { searchSpace } from '../../src/search/controller.js';
import type { EvaluationOutcome } from '../../src/search/evaluator.js';
import type { JournalledEvent } from '../../src/search/events.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import type { ForestSettings } from '../../src/strategies/forest.js';
import { createTinySpace } from '../spaces/tiny-space.js';
import {
  collect,
  createSimulatedEvaluator,
  createSimulatedStrategy,
  evaluationOf,
  finishOf,
  hashedLoss,
  historyOf,
  journalOf,
  SEED,
} from './simulated.js';

const tiny = createTinySpace(3, 4);

function run(options: {
  capacity?: number;
  order?: number;
  proposals?: number;
  recorded?: readonly JournalledEvent[];
  space?: typeof tiny;
  settings?: Partial<ForestSettings>;
  outcomeOf?: (request: { genotype: string; seed: number }) => EvaluationOutcome;
}) {
  const space = options.space ?? tiny;
  const evaluator = createSimulatedEvaluator(options.capacity ?? 1, options.order ?? 0, options.outcomeOf);
  const strategy = createSimulatedStrategy(space, options.settings);
  const { proposals, recorded } = options;
  return {
    evaluator,
    events: searchSpace({ space, strategy, objective: RMI, evaluator, seed: SEED, proposals, recorded }),
  };
}

describe('search: the events of a whole search', () => {
  it('are a warm-up, a threshold, guided turns and an answer', async () => {
    const events = await collect(run({}).events);
    const phases = events.flatMap((event) => (event.type === 'proposed' ? [event.phase] : [event.type]));
    const firstGuided = phases.indexOf('guided');
    expect(phases[0]).toBe('warm-up');
    expect(phases.indexOf('threshold-set')).toBe(firstGuided - 1);
    expect(phases.filter((phase) => phase === 'threshold-set')).toHaveLength(1);
    expect(finishOf(events).reason).toBe('successes-reached');
    expect(events.every(({ replayed }) => !replayed)).toBe(true);
  });

  it('number the turns and the observations', async () => {
    const events = await collect(run({ capacity: 3 }).events);
    const turns = events.flatMap((event) => (event.type === 'proposed' ? [event.turn] : []));
    expect(turns).toEqual(turns.map((_, index) => index));
    expect(historyOf(events).map(({ index }) => index)).toEqual(historyOf(events).map((_, index) => index));
  });

  it('observe the proposed architectures in that order, with loss and label', async () => {
    const events = await collect(run({ capacity: 4, order: 3 }).events);
    const proposed = events.flatMap((event) => (event.type === 'proposed' ? event.genotypes : []));
    const history = historyOf(events);
    expect(history.map(({ genotype }) => genotype)).toEqual(proposed);
    for (const { canonical, loss, good, phase, status } of history) {
      expect(loss).toBe(hashedLoss({ genotype: canonical, seed: derivedSeed(SEED, 'evaluation', canonical) }));
      expect(good).toBe(phase === 'warm-up' ? null : loss < (status.threshold ?? 0));
    }
  });

  it('end with the value that the generator returns', async () => {
    const { events } = run({});
    let step = await events.next();
    let last = step;
    while (!step.done) {
      last = step;
      step = await events.next();
    }
    expect(last.value).toEqual({ ...step.value, replayed: false });
  });
});

describe('search: determinism', () => {
  it.each([1, 2, 3, 8])('gives one history for any order of results, %i at a time', async (capacity) => {
    const outcomes = [];
    for (let order = 0; order < 12; order += 1) {
      const events = await collect(run({ capacity, order }).events);
      outcomes.push({ history: historyOf(events), finish: finishOf(events) });
    }
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  });

  it('takes the same course for any number of workers, also when it changes on the way', async () => {
    for (const proposals of [1, 3]) {
      const [one, two, seven] = await Promise.all(
        [1, 2, 7].map(async (capacity) => collect(run({ capacity, order: capacity, proposals }).events)),
      );
      const whole = { history: historyOf(one ?? []), finish: finishOf(one ?? []) };
      for (const events of [two ?? [], seven ?? []])
        expect({ history: historyOf(events), finish: finishOf(events) }).toEqual(whole);
      const journal = journalOf(seven ?? []);
      const recorded = journal.slice(0, Math.floor(journal.length / 2));
      const resumed = await collect(run({ capacity: 2, proposals, recorded }).events);
      expect(historyOf(resumed)).toEqual(whole.history);
    }
  });

  it.each([Number.NaN, -1, 0, 1.5])('counts a capacity of %d as one at a time', async (capacity) => {
    const { evaluator, events } = run({ capacity });
    expect(historyOf(await collect(events))).toEqual(historyOf(await collect(run({ capacity: 1 }).events)));
    expect(evaluator.busiest()).toBe(1);
  });

  it('gives an architecture the same loss at every capacity', async () => {
    const losses = new Map<string, number>();
    for (const capacity of [1, 3, 5]) {
      for (const { canonical, loss } of historyOf(await collect(run({ capacity }).events))) {
        expect(losses.get(canonical) ?? loss).toBe(loss);
        losses.set(canonical, loss);
      }
    }
  });

  it('changes with the seed', async () => {
    const [one, other] = await Promise.all([
      collect(run({ space: nasBench201 }).events),
      collect(run({ space: nasBench201, settings: { seed: 8 } }).events),
    ]);
    expect(historyOf(one)).not.toEqual(historyOf(other));
  });
});

describe('search: isomorphic architectures', () => {
  it('are trained once, as their canonical form, with the seed of that form', async () => {
    const { evaluator, events } = run({ capacity: 3, settings: { cap: 81, successes: 81 } });
    const history = historyOf(await collect(events));
    expect(history).toHaveLength(81);
    expect(new Set(evaluator.requests.map(({ genotype }) => genotype)).size).toBe(evaluator.requests.length);
    expect(evaluator.requests).toHaveLength(15);
    for (const { genotype, seed } of evaluator.requests) {
      expect(genotype).toBe(tiny.print(tiny.canonical(tiny.parse(genotype))));
      expect(seed).toBe(derivedSeed(SEED, 'evaluation', genotype));
    }
    const seen = new Set<string>();
    for (const { canonical, reused } of history) {
      expect(reused).toBe(seen.has(canonical));
      seen.add(canonical);
    }
  });
});

describe('search: the evaluator', () => {
  it('gets as many requests as its capacity allows', async () => {
    for (const capacity of [1, 3]) {
      const { evaluator, events } = run({ capacity, space: nasBench201 });
      await collect(events);
      expect(evaluator.busiest()).toBe(capacity);
    }
  });

  it('gets a request only after the consumer has taken the proposal', async () => {
    const { evaluator, events } = run({ capacity: 3 });
    const { value } = await events.next();
    expect(value?.type).toBe('proposed');
    for (let tick = 0; tick < 100; tick += 1) await null;
    expect(evaluator.requests).toHaveLength(0);
    await events.next();
    expect(evaluator.requests.length).toBeGreaterThanOrEqual(3);
  });

  it('may fail or find no finite loss: both count as infinite', async () => {
    const outcomes: EvaluationOutcome[] = [
      { failure: 'died twice' },
      { evaluation: evaluationOf(null) },
      { evaluation: evaluationOf(Number.NaN) },
      { evaluation: evaluationOf(Number.POSITIVE_INFINITY) },
    ];
    let evaluated = 0;
    const outcomeOf = () => outcomes[evaluated++] ?? { evaluation: evaluationOf(evaluated) };
    const events = await collect(run({ space: nasBench201, outcomeOf }).events);
    const losses = historyOf(events).flatMap(({ loss, reused }) => (reused ? [] : [loss]));
    expect(losses.slice(0, 4)).toEqual(new Array(4).fill(Number.POSITIVE_INFINITY));
    expect(losses.slice(4).every(Number.isFinite)).toBe(true);
    expect(events.find(({ type }) => type === 'evaluated')).toMatchObject({ outcome: { failure: 'died twice' } });
  });
});

describe('search: cases in which the original fails', () => {
  it('ends at the cap', async () => {
    const events = await collect(run({ settings: { cap: 20, successes: 100 }, space: nasBench201 }).events);
    expect([historyOf(events).length, finishOf(events).reason]).toEqual([20, 'evaluation-cap']);
  });

  it('ends when the space is exhausted', async () => {
    const space = createTinySpace(2, 3);
    const events = await collect(run({ settings: { warmup: 3, successes: 100 }, space, capacity: 3 }).events);
    expect([historyOf(events).length, finishOf(events).reason]).toEqual([8, 'space-exhausted']);
  });

  it('throws when no loss is finite', async () => {
    const { evaluator, events } = run({ outcomeOf: () => ({ failure: 'no' }), space: nasBench201, capacity: 3 });
    await expect(collect(events)).rejects.toThrow(UsageError);
    expect(evaluator.requests.length).toBeLessThanOrEqual(40);
  });
});
