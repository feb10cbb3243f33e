/** Strategies keep what they computed from the beginning of a history. Their proposals must not show it. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/random/random.js';
import { createSlotSpace } from '../../src/spaces/slots/space.js';
import { bestOf, rankedOf } from '../../src/strategies/answer.js';
import { createLinearThompson } from '../../src/strategies/linear-thompson.js';
import { createLocalSearch } from '../../src/strategies/local-search.js';
import { createRandomSearch } from '../../src/strategies/random.js';
import { createRegularizedEvolution } from '../../src/strategies/regularized-evolution.js';
import { createReinforce } from '../../src/strategies/reinforce.js';
import type { Observation, Strategy } from '../../src/strategies/strategy.js';
import { NO_CURVE } from './no-curve.js';

const EVALUATIONS = 60;
const common = { warmup: 10, cap: EVALUATIONS, thresholdRate: 0.1, seed: 3 };

function createSpace() {
  const choices = ['a', 'b', 'c'];
  return createSlotSpace({ name: 'five', slots: ['u', 'v', 'w', 'x', 'y'].map((name) => ({ name, choices })) });
}

const STRATEGIES: Record<string, (space: ReturnType<typeof createSpace>) => Strategy> = {
  random: (space) => createRandomSearch({ space, settings: common }),
  'regularized-evolution': (space) =>
    createRegularizedEvolution({ space, settings: { ...common, population: 20, sample: 5 } }),
  'local-search': (space) => createLocalSearch({ space, settings: common }),
  reinforce: (space) => createReinforce({ space, settings: { ...common, learningRate: 0.5 } }),
  'linear-thompson': (space) =>
    createLinearThompson({
      space,
      settings: { ...common, model: 'pairwise', modelRidge: 1, candidates: 20, elite: 3 },
    }),
};

/** Few different losses, some of them infinite. */
function lossOf(encoding: readonly number[]): number {
  const drawn = createRandom(1, encoding.join(''), 0).below(20);
  return drawn === 0 ? Number.POSITIVE_INFINITY : drawn / 4;
}

describe.each(Object.entries(STRATEGIES))('%s', (_, create) => {
  it('proposes for a history that grew what it proposes for one that it has never seen', async () => {
    const kept = create(createSpace());
    const history: Observation[] = [];
    while (history.length < EVALUATIONS) {
      const ask = await kept.ask(history, 2);
      if (ask.kind === 'stop') break;
      // Copies of the encodings, so that nothing kept belongs to them.
      const copied = history.map((one) => ({ ...one, encoding: [...one.encoding] }));
      expect(await create(createSpace()).ask(copied, 2)).toEqual(ask);
      for (const encoding of ask.encodings) {
        history.push({ phase: ask.phase, encoding, loss: lossOf(encoding), ...NO_CURVE });
      }
    }
    expect(history.length).toBe(EVALUATIONS);
  });
});

it('the best architectures are the first of the ranked ones', () => {
  const random = createRandom(2, 'history', 0);
  const history = Array.from({ length: 50 }, (_, index): Observation => {
    const drawn = random.below(12);
    return { phase: 'guided', encoding: [index], loss: drawn === 0 ? Number.POSITIVE_INFINITY : drawn, ...NO_CURVE };
  });
  for (const count of [1, 7, 50, 80]) expect(bestOf(history, count)).toEqual(rankedOf(history).slice(0, count));
});
