/** Searches within limits: nothing over them is evaluated or answered. */
import { describe, expect, it } from 'vitest';
import { RMI } from '../../src/objectives/rmi.js';
import { searchSpace } from '../../src/search/controller.js';
import { darts } from '../../src/spaces/darts/space.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import { nasBenchMacro } from '../../src/spaces/nas-bench-macro/space.js';
import { proxyless } from '../../src/spaces/proxyless/space.js';
import { createSlotSpace } from '../../src/spaces/slots/space.js';
import type { Space } from '../../src/spaces/space.js';
import { createStrategy, STRATEGIES, type StrategyDefinition } from '../../src/strategies/index.js';
import type { Limits } from '../../src/strategies/limits/constraint.js';
import type { RecordedCosts } from '../../src/strategies/limits/costs.js';
import type { Strategy } from '../../src/strategies/strategy.js';
import { BASELINE_SETTINGS } from '../strategies/baseline-settings.js';
import { frequencySurrogate } from '../strategies/frequency-surrogate.js';
import { formulaConstraint, formulaCosts } from './limited.js';
import { collect, createSimulatedEvaluator, finishOf, historyOf, journalOf } from './simulated.js';

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);
const slots = createSlotSpace({
  name: 'toy',
  slots: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, choices: ['1', '2', '3', '4'] })),
});
/** About a tenth, a hundredth and none but few of random architectures are within them. */
const CASES: readonly (readonly [string, Space, Limits])[] = [
  ['nas-bench-201', nasBench201, { params: 200, flops: 48 }],
  ['a space of slots', slots, { params: 145, latency: 10 }],
  ['proxyless', proxyless, { params: 1700 }],
  ['darts', darts, { latency: 118, flops: 330 }],
];

interface Case {
  readonly name: string;
  readonly space: Space;
  readonly limits: Limits;
  readonly seed: number;
  readonly capacity?: number;
  readonly answer?: 'vote' | 'best';
}

function strategyFor({ name, space, limits, seed, answer = 'vote' }: Case, cap = 20): Strategy {
  const definition = STRATEGIES.find((each) => each.name === name) as StrategyDefinition;
  return createStrategy(definition, {
    space,
    surrogate: frequencySurrogate,
    constraint: formulaConstraint(space, limits),
    settings: { ...BASELINE_SETTINGS, answer, successes: 6, cap, seed },
  });
}

async function searchWithin(one: Case, strategy = strategyFor(one)) {
  const { space, limits, seed, capacity = 2 } = one;
  const constraint = formulaConstraint(space, limits);
  const evaluator = createSimulatedEvaluator(capacity, seed);
  const events = await collect(searchSpace({ space, strategy, objective: RMI, evaluator, constraint, seed }));
  return { events, evaluator, constraint };
}

/** The genotypes over the limits. */
async function overLimits(genotypes: readonly string[], space: Space, limits: Limits): Promise<string[]> {
  const canonicals = genotypes.map((genotype) => space.print(space.canonical(space.parse(genotype))));
  const costs = await formulaCosts(space)(canonicals, ['params', 'flops', 'latency']);
  return genotypes.filter((_, index) =>
    Object.entries(limits).some(([cost, limit]) => (costs[index]?.[cost as keyof Limits] ?? Number.NaN) > limit),
  );
}

/** The strategy `largest` has a test of its own. */
const SEARCHES = STRATEGIES.map(({ name }) => name).filter((name) => name !== 'largest');

describe.each(SEARCHES)('the strategy %s', (name) => {
  it.each(CASES)('stays within limits on %s, over 50 seeds', async (_, space, limits) => {
    for (const seed of SEEDS) {
      const { events, evaluator } = await searchWithin({ name, space, limits, seed });
      const answer = finishOf(events).genotype;
      const evaluated = evaluator.requests.map(({ genotype }) => genotype);
      expect(evaluated.length).toBeGreaterThan(0);
      expect(await overLimits([answer, ...evaluated], space, limits)).toEqual([]);
      expect(space.print(space.canonical(space.parse(answer)))).toBe(answer);
    }
  });

  it('proposes the same for the same seed, and its warm-up does not depend on the workers', async () => {
    const one = { name, space: nasBench201, limits: { params: 200 }, seed: 3 };
    const observed = async (capacity: number) => historyOf((await searchWithin({ ...one, capacity })).events);
    expect(await observed(2)).toEqual(await observed(2));
    const warmUps = await Promise.all([1, 4].map(async (capacity) => (await observed(capacity)).slice(0, 10)));
    expect(warmUps[0]).toEqual(warmUps[1]);
  });

  it('proposes the same with limits that exclude nothing as without limits, in the warm-up', async () => {
    const one = { name, space: nasBenchMacro, limits: { params: 1e9 }, seed: 5 };
    const free = { ...one, limits: {} };
    const [within, without] = await Promise.all(
      [one, free].map(async (each) => historyOf((await searchWithin(each)).events)),
    );
    expect(within?.slice(0, 10)).toEqual(without?.slice(0, 10));
  });
});

describe('a search within limits', () => {
  const one = { name: 'forest', space: nasBench201, limits: { params: 200, latency: 9 }, seed: 11 } as const;

  it('goes on from any moment with the costs that it found first', async () => {
    const { space, limits, seed } = one;
    /** Every measurement of a latency gives another value. */
    let measurements = 0;
    const noisy = (recorded: readonly RecordedCosts[]) => {
      const found: RecordedCosts[] = [...recorded];
      const constraint = formulaConstraint(space, limits, {
        recorded,
        onFound: (news) => found.push(...news),
        find: async (genotypes, costs) => {
          const all = await formulaCosts(space)(genotypes, costs);
          return all.map((each) => ({ ...each, latency: (each.latency ?? 0) + (++measurements % 7) / 10 }));
        },
      });
      const strategy = createStrategy(STRATEGIES.find((each) => each.name === 'forest') as StrategyDefinition, {
        ...{ space, surrogate: frequencySurrogate, constraint },
        settings: { ...BASELINE_SETTINGS, successes: 6, cap: 24, seed },
      });
      return { found, options: { space, strategy, constraint, objective: RMI, seed } };
    };
    const first = noisy([]);
    const whole = await collect(searchSpace({ ...first.options, evaluator: createSimulatedEvaluator(2, 1) }));
    const journal = journalOf(whole);
    for (const end of [0, 1, 5, 12, journal.length - 1, journal.length]) {
      const resumed = noisy(first.found);
      const recorded = journal.slice(0, end);
      const evaluator = createSimulatedEvaluator(2, 2);
      const events = await collect(searchSpace({ ...resumed.options, evaluator, recorded }));
      expect(finishOf(events)).toEqual(finishOf(whole));
      expect(resumed.found).toHaveLength(first.found.length);
    }
  });

  it('answers with the architecture that has the most votes within the limits', async () => {
    for (const seed of SEEDS.slice(0, 10)) {
      const { events } = await searchWithin({ ...one, space: slots, limits: { params: 150 }, seed });
      const { genotype, voters } = finishOf(events);
      const encodings = voters.map((voter) => slots.parse(voter.genotype));
      const votesOf = (text: string) =>
        slots
          .parse(text)
          .reduce((sum, category, slot) => sum + encodings.filter((each) => each[slot] === category).length, 0);
      const all = Array.from({ length: slots.size }, (_, index) =>
        slots.print(slots.slots.map((count, slot) => Math.floor(index / count ** slot) % count)),
      );
      const over = new Set(await overLimits(all, slots, { params: 150 }));
      const most = Math.max(...all.filter((text) => !over.has(text)).map(votesOf));
      expect(votesOf(genotype)).toBe(most);
    }
  });

  it('replaces what a strategy of a script proposes over the limits by the nearest within them', async () => {
    const heaviest: Strategy = {
      ...strategyFor({ ...one, space: slots, name: 'random' }),
      name: 'heaviest',
      ask: async (history) =>
        history.length > 0
          ? { kind: 'stop', reason: 'evaluation-cap' }
          : {
              kind: 'evaluate',
              phase: 'guided',
              encodings: [
                [3, 3, 3, 3, 3],
                [0, 0, 0, 0, 0],
              ],
            },
    };
    const { events, evaluator } = await searchWithin({ ...one, space: slots, limits: { params: 150 } }, heaviest);
    expect(evaluator.requests).toHaveLength(2);
    expect(
      await overLimits(
        evaluator.requests.map(({ genotype }) => genotype),
        slots,
        { params: 150 },
      ),
    ).toEqual([]);
    expect(finishOf(events).reason).toBe('evaluation-cap');
  });

  it('ends when a small space has nothing more within the limits', async () => {
    // Only 1,1,1,1,1 and those with one 2 in the first four slots.
    const limits = { params: 113 };
    for (const name of SEARCHES) {
      const { events, evaluator } = await searchWithin({ name, space: slots, limits, seed: 1, answer: 'best' });
      expect(evaluator.requests).toHaveLength(5);
      expect(finishOf(events).reason).toBe('space-exhausted');
    }
  });
});
