/** Searches whose answer is that of a model: within limits, and until it is sure. */
import { describe, expect, it } from 'vitest';
import { RMI } from '../../src/objectives/rmi.js';
import { searchSpace } from '../../src/search/controller.js';
import { outcomeOfLoss } from '../../src/search/evaluator.js';
import { darts } from '../../src/spaces/darts/space.js';
import { nasBench201 } from '../../src/spaces/nas-bench-201/space.js';
import { nasBenchMacro } from '../../src/spaces/nas-bench-macro/space.js';
import type { Space } from '../../src/spaces/space.js';
import { calibrated } from '../../src/strategies/answers/calibration.js';
import { ModelData } from '../../src/strategies/answers/linear-model.js';
import { enumerated, Optimiser } from '../../src/strategies/answers/optimum.js';
import { createRandomSearch } from '../../src/strategies/random.js';
import { conditional } from '../spaces/conditional-space.js';
import { formulaConstraint } from './limited.js';
import { collect, createSimulatedEvaluator, finishOf } from './simulated.js';

/** Larger networks are better: without limits the largest is the answer. */
const lossOf = (space: Space) => {
  const large = (genotype: string) =>
    space.parse(genotype).reduce((sum, category, slot) => sum + category * (slot + 2), 0);
  return ({ genotype }: { genotype: string }) => outcomeOfLoss(-large(genotype));
};

describe.each(['additive', 'pairwise'] as const)('the %s answer', (answer) => {
  it.each<[Space, number]>([
    [nasBench201, 180],
    [nasBenchMacro, 150],
    [conditional, 160],
    [darts, 1200],
  ])('of $name is the best of its model within the limits', async (space, params) => {
    const constraint = formulaConstraint(space, { params });
    const settings = { warmup: 40, thresholdRate: 0.1, cap: 40, seed: 3, answer, ridge: 1 };
    const strategy = createRandomSearch({ space, constraint, settings });
    const evaluator = createSimulatedEvaluator(1, 3, lossOf(space));
    const events = await collect(searchSpace({ space, strategy, objective: RMI, evaluator, constraint, seed: 3 }));
    const { genotype, confidence } = finishOf(events);
    const found = space.parse(genotype);
    expect(await constraint.admits(found)).toBe(true);
    expect(space.canonical(found)).toEqual(found);
    expect(confidence?.slots).toHaveLength(space.slots.length);
    expect(confidence?.answer).toBeGreaterThan(0);
    const history = evaluator.requests.map((request) => ({
      ...({
        phase: 'guided',
        encoding: space.parse(request.genotype),
        curve: [],
        proxyValues: {},
        stopped: false,
      } as const),
      loss: -space.parse(request.genotype).reduce((sum, category, slot) => sum + category * (slot + 2), 0),
    }));
    // Isomorphic architectures have one score and different predictions.
    if (space === nasBench201 || space === darts) return;
    const data = new ModelData(space, history, { kind: answer, ridge: 1, parts: [] });
    const { value } = data.fit();
    const optimiser = new Optimiser(data);
    const all = (enumerated(space) ?? []).filter((one) => optimiser.knows(one));
    const feasible = [];
    for (const one of all) if (await constraint.admits(one)) feasible.push(value(one));
    expect(value(found)).toBeLessThanOrEqual(Math.min(...feasible) + 1e-6);
  });
});

describe('a calibrated share', () => {
  it('rises with the share of resamples from 0 to 1, and is higher than it', () => {
    const shares = Array.from({ length: 21 }, (_, index) => index / 20);
    for (const of of ['answer', 'slot'] as const) {
      const found = shares.map((share) => calibrated(share, of));
      expect(found).toEqual([...found].sort((a, b) => a - b));
      expect([found[0], found[20]]).toEqual([0, 1]);
      for (const [index, one] of found.entries()) expect(one).toBeGreaterThanOrEqual(shares[index] ?? 0);
    }
    // The fit of docs/experiments.md.
    expect(calibrated(0.28, 'answer')).toBeCloseTo(0.63, 2);
  });
});

describe('RMINAS.CONFIDENCE', () => {
  it('ends a search whose answer is sure enough, and the journal replays it', async () => {
    const space = nasBenchMacro;
    const settings = {
      warmup: 20,
      thresholdRate: 0.1,
      cap: 200,
      seed: 1,
      answer: 'additive',
      confidence: 0.9,
    } as const;
    const search = (recorded: Parameters<typeof searchSpace>[0]['recorded'], leastEvaluations = 0) =>
      collect(
        searchSpace({
          ...{ space, objective: RMI, seed: 1, recorded },
          strategy: createRandomSearch({ space, settings: { ...settings, leastEvaluations } }),
          evaluator: createSimulatedEvaluator(1, 1, lossOf(space)),
        }),
      );
    const events = await search([]);
    const finished = finishOf(events);
    expect(finished.reason).toBe('confident');
    expect(finished.confidence?.answer).toBeGreaterThanOrEqual(0.9);
    const countOf = (all: typeof events) => all.filter(({ type }) => type === 'observed').length;
    const count = countOf(events);
    expect(count).toBeGreaterThan(20);
    expect(count).toBeLessThan(190);
    expect(countOf(await search([], count + 5))).toBeGreaterThanOrEqual(count + 5);
    const journal = events.flatMap((event) =>
      event.type === 'proposed' || event.type === 'evaluated' || event.type === 'finished' ? [event] : [],
    );
    expect(finishOf(await search(journal))).toEqual(finished);
  });
});
