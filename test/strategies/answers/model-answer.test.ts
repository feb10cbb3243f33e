import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/random/random.js';
import { shuffled } from '../../../src/random/sampling.js';
import { darts } from '../../../src/spaces/darts/space.js';
import { nasBench201 } from '../../../src/spaces/nas-bench-201/space.js';
import { nasBenchMacro } from '../../../src/spaces/nas-bench-macro/space.js';
import { proxyless } from '../../../src/spaces/proxyless/space.js';
import type { Encoding, Space } from '../../../src/spaces/space.js';
import { rankedOf } from '../../../src/strategies/answer.js';
import { answerConfidence } from '../../../src/strategies/answers/confidence.js';
import { LINEAR_MODELS, type LinearModelKind, ModelData } from '../../../src/strategies/answers/linear-model.js';
import { modelAnswer } from '../../../src/strategies/answers/model-answer.js';
import { enumerated, Optimiser } from '../../../src/strategies/answers/optimum.js';
import { rankTargets } from '../../../src/strategies/answers/target.js';
import { drawDistinct, take } from '../../../src/strategies/draw.js';
import type { Observation } from '../../../src/strategies/strategy.js';
import { conditional } from '../../spaces/conditional-space.js';
import { createTinySpace } from '../../spaces/tiny-space.js';
import { NO_CURVE } from '../no-curve.js';

const observe = (encoding: Encoding, loss: number): Observation => ({ phase: 'guided', encoding, loss, ...NO_CURVE });
const answerOf = (space: Space, history: readonly Observation[], kind: LinearModelKind = 'additive') =>
  modelAnswer(space, history, { kind, ridge: 1, parts: [], ranked: rankedOf(history) });

/** A cost for each choice of each slot. */
function costsFor(space: Space, seed: number): number[][] {
  const random = createRandom(seed, 'costs', 0);
  return space.slots.map((categories) => Array.from({ length: categories }, () => random.below(1_000_000)));
}
const additive = (costs: readonly number[][]) => (encoding: Encoding) =>
  encoding.reduce((sum, category, slot) => sum + (costs[slot]?.[category] ?? 0), 0);
const drawn = (space: Space, seed: number, count: number) =>
  take(drawDistinct(space, createRandom(seed, 'history', 0)), count);

describe('the additive answer', () => {
  it('to every architecture of an additive function is its optimum', () => {
    const space = { ...createTinySpace(3, 4), canonical: (encoding: Encoding) => encoding };
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        const costs = costsFor(space, seed);
        const loss = additive(costs);
        const history = (enumerated(space) ?? []).map((encoding) => observe(encoding, loss(encoding)));
        expect(answerOf(space, history).encoding).toEqual(costs.map((each) => each.indexOf(Math.min(...each))));
      }),
      { numRuns: 50 },
    );
  });

  it.each(LINEAR_MODELS)('and the %s one do not depend on the order, and choose no unobserved operation', (kind) => {
    for (const space of [nasBench201, nasBenchMacro, darts, conditional]) {
      for (const seed of space === darts ? [1] : [1, 2, 3]) {
        const loss = additive(costsFor(space, seed));
        const history = drawn(space, seed, 12).map((encoding) => observe(encoding, loss(encoding)));
        const answer = answerOf(space, history, kind);
        const mixed = answerOf(space, shuffled(createRandom(seed, 'order', 0), history), kind);
        expect(mixed.encoding).toEqual(answer.encoding);
        expect(space.parse(space.print(answer.encoding))).toEqual(answer.encoding);
        expect(space.canonical(answer.encoding)).toEqual(answer.encoding);
        const best = new Optimiser(new ModelData(space, history, { kind, ridge: 1, parts: [] }));
        expect(best.knows(best.best(new ModelData(space, history, { kind, ridge: 1, parts: [] }).fit()))).toBe(true);
      }
    }
  });

  it('breaks ties by the order of the space', () => {
    const history = drawn(nasBenchMacro, 1, 60).map((encoding) => observe(encoding, 1));
    expect(answerOf(nasBenchMacro, history).encoding).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('counts a failed evaluation as the worst in every part', () => {
    const [one, other, failed] = [0, 1, 2].map((category) => ({
      ...observe([category], category === 2 ? Number.POSITIVE_INFINITY : 0),
      proxyValues: { small: category, large: category },
    }));
    const parts = [
      { name: 'small', direction: 'lower', weight: 3 },
      { name: 'large', direction: 'higher', weight: 1 },
    ] as const;
    expect([...rankTargets([one, other, failed] as Observation[], parts)]).toEqual([1.25, 1.75, 3]);
    const missing = { ...(other as Observation), proxyValues: { small: null } };
    expect([...rankTargets([one as Observation, missing], parts)]).toEqual([1, 2]);
  });
});

describe('the optimum of a model', () => {
  it('is the best of all architectures of spaces that can be enumerated', () => {
    for (const kind of LINEAR_MODELS) {
      for (const space of [nasBenchMacro, conditional]) {
        const history = drawn(space, 5, 60).map((encoding, index) => observe(encoding, index));
        const data = new ModelData(space, history, { kind, ridge: 1, parts: [] });
        const model = data.fit();
        const optimiser = new Optimiser(data);
        const values = (enumerated(space) ?? []).filter((encoding) => optimiser.knows(encoding)).map(model.value);
        expect(model.value(optimiser.best(model))).toBeCloseTo(Math.min(...values), 9);
      }
    }
  });

  it.each<[Space, number]>([
    [darts, 2],
    [proxyless, 3],
  ])('of $name is as good as the best of many ascents', (space, seed) => {
    const loss = additive(costsFor(space, seed));
    const history = drawn(space, seed, 80).map((encoding) => observe(encoding, loss(encoding)));
    const data = new ModelData(space, history, { kind: 'additive', ridge: 1, parts: [] });
    const model = data.fit();
    const optimiser = new Optimiser(data);
    const best = model.value(optimiser.best(model));
    const wider = model.value(optimiser.best(model, drawn(space, 99, 6)));
    expect(best).toBeCloseTo(wider, 9);
    expect(best).toBeLessThan(Math.min(...history.map(({ encoding }) => model.value(encoding))));
  });
});

describe('the ascents of a large space', () => {
  it('look around each architecture once, though most of them end at the same one', () => {
    let looks = 0;
    const neighbours = (encoding: Encoding) => {
      looks += 1;
      return proxyless.neighbours(encoding);
    };
    const counted: Space = { ...proxyless, neighbours };
    const loss = additive(costsFor(proxyless, 1));
    const history = drawn(counted, 1, 60).map((encoding) => observe(encoding, loss(encoding)));
    const data = new ModelData(counted, history, { kind: 'additive', ridge: 1, parts: [] });
    const best = new Optimiser(data).best(data.fit());
    // A look two choices away asks for the neighbours of each neighbour. Each of eight ascents ends with one.
    const twoAway = proxyless.neighbours(best).length;
    expect(looks).toBeGreaterThan(twoAway);
    expect(looks).toBeLessThan(8 * twoAway);
  });
});

describe('the confidence', () => {
  const history = (noise: number) => {
    const loss = additive(costsFor(nasBench201, 4));
    const random = createRandom(4, 'noise', 0);
    return drawn(nasBench201, 4, 80).map((encoding) => observe(encoding, loss(encoding) + random.below(noise + 1)));
  };
  const confidenceOf = async (noise: number, seed = 1) => {
    const data = new ModelData(nasBench201, history(noise), { kind: 'additive', ridge: 1, parts: [] });
    const answer = nasBench201.canonical(new Optimiser(data).best(data.fit()));
    return answerConfidence({ data, answer, seed, resamples: 50 });
  };

  it('is lower when the losses are noisier, and the same for the same seed', async () => {
    const [sure, unsure] = [await confidenceOf(0), await confidenceOf(5_000_000)];
    expect(unsure.answer).toBeLessThan(sure.answer);
    expect(unsure.expectedLoss).toBeGreaterThan(sure.expectedLoss);
    expect(await confidenceOf(5_000_000)).toEqual(unsure);
    expect(sure.slots).toHaveLength(6);
    for (const share of [...sure.slots, ...unsure.slots]) expect(share >= 0 && share <= 1).toBe(true);
    expect(Math.min(...unsure.slots)).toBeGreaterThanOrEqual(unsure.answer);
  });
});
