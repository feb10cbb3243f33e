import { describe, expect, it } from 'vitest';
import { RMI } from '../../../src/objectives/rmi.js';
import { searchSpace } from '../../../src/search/controller.js';
import { outcomeOfLoss } from '../../../src/search/evaluator.js';
import { nasBench201 } from '../../../src/spaces/nas-bench-201/space.js';
import { surroundings } from '../../../src/strategies/answers/surroundings.js';
import { encodingKey } from '../../../src/strategies/draw.js';
import { drawsFrom } from '../../../src/strategies/limits/draws.js';
import { createRandomSearch } from '../../../src/strategies/random.js';
import { formulaConstraint } from '../../search/limited.js';
import { collect, createSimulatedEvaluator, finishOf } from '../../search/simulated.js';

const space = nasBench201;
const ANSWER = [3, 3, 1, 3, 3, 1];

describe('the surroundings of an architecture', () => {
  it('are its neighbours, and the architectures with two of its choices swapped', async () => {
    const around = await surroundings(ANSWER, drawsFrom(space, undefined));
    const keys = around.map(encodingKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).not.toContain(encodingKey(ANSWER));
    expect(keys).toEqual(expect.arrayContaining(space.neighbours(ANSWER).map(encodingKey)));
    // Each of the four convolutions changes places with each of the two identities.
    expect(keys).toHaveLength(24 + 8);
    expect(keys).toContain(encodingKey([3, 1, 3, 3, 3, 1]));
    expect(keys).not.toContain(encodingKey([0, 0, 1, 3, 3, 1]));
  });

  it('are within the limits', async () => {
    const constraint = formulaConstraint(space, { params: 180 });
    const around = await surroundings([1, 1, 0, 1, 0, 1], drawsFrom(space, constraint));
    expect(around.length).toBeGreaterThan(0);
    for (const encoding of around) expect(await constraint.admits(encoding)).toBe(true);
  });
});

describe('RMINAS.CHECK_ANSWER', () => {
  const settings = { warmup: 20, thresholdRate: 0.1, cap: 400, seed: 1, answer: 'additive', confidence: 0.5 } as const;
  const loss = ({ genotype }: { genotype: string }) =>
    outcomeOfLoss(-space.parse(genotype).reduce((sum, category, slot) => sum + category * (slot + 2), 0));
  const search = (changes: object) =>
    collect(
      searchSpace({
        ...{ space, objective: RMI, seed: 1 },
        strategy: createRandomSearch({ space, settings: { ...settings, ...changes } }),
        evaluator: createSimulatedEvaluator(1, 1, loss),
      }),
    );
  const observedIn = (events: Awaited<ReturnType<typeof search>>) =>
    events.flatMap((event) => (event.type === 'observed' ? [event] : []));

  it('evaluates the surroundings of the answer before the search ends', async () => {
    const events = await search({ checksAnswer: true });
    expect(finishOf(events).reason).toBe('confident');
    const observed = observedIn(events);
    const known = new Set(observed.map(({ genotype }) => encodingKey(space.parse(genotype))));
    const answer = space.parse(finishOf(events).genotype);
    for (const encoding of await surroundings(answer, drawsFrom(space, undefined))) {
      expect(known).toContain(encodingKey(encoding));
    }
    expect(observed.slice(20).every(({ phase }) => phase === 'guided')).toBe(true);
  });

  it('leaves a search as it is without it, and before the least evaluations', async () => {
    const plain = observedIn(await search({ cap: 40, confidence: 0 })).map(({ genotype }) => genotype);
    const late = await search({ cap: 40, confidence: 0, checksAnswer: true, leastEvaluations: 40 });
    expect(observedIn(late).map(({ genotype }) => genotype)).toEqual(plain);
    const checked = await search({ cap: 40, confidence: 0, checksAnswer: true });
    expect(observedIn(checked).map(({ genotype }) => genotype)).not.toEqual(plain);
  });
});
