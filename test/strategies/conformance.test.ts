/** The checks find strategies that break a rule. */
import { describe, expect, it } from 'vitest';
import { createSlotSpace } from '../../src/spaces/slots/space.js';
import { checkStrategy, type MakeStrategy } from '../../src/strategies/conformance.js';
import { createRandomSearch } from '../../src/strategies/random.js';
import type { Observation, Strategy } from '../../src/strategies/strategy.js';

const space = createSlotSpace({
  name: 'toy',
  slots: ['a', 'b', 'c', 'd'].map((name) => ({ name, choices: ['1', '2', '3'] })),
});

const good: MakeStrategy = ({ space, seed, cap }) =>
  createRandomSearch({ space, settings: { seed, cap, warmup: 10, thresholdRate: 0.2 } });

/** The random search with some of its methods replaced. */
const broken =
  (change: (strategy: Strategy) => Partial<Strategy>): MakeStrategy =>
  (options) => {
    const strategy = good(options);
    return { ...strategy, ...change(strategy) };
  };

/** Counts its calls: the state that a strategy must not have. */
function counting(): MakeStrategy {
  return broken((strategy) => {
    let calls = 0;
    const ask: Strategy['ask'] = (history, capacity) => {
      calls += 1;
      return strategy.ask(history, calls > 2 ? 1 : capacity);
    };
    return { ask };
  });
}

describe('the checks of a strategy', () => {
  it('pass for a strategy that follows all rules', async () => {
    await checkStrategy(good, [space]);
  });

  it.each<[string, MakeStrategy]>([
    [
      'proposes distinct genotypes',
      broken(() => ({
        ask: async (history) =>
          history.length >= 5
            ? { kind: 'stop', reason: 'evaluation-cap' }
            : { kind: 'evaluate', phase: 'guided', encodings: [[0, 0, 0, 0]] },
      })),
    ],
    ['does the same for the same seed', ({ space, cap }) => good({ space, cap, seed: 1 })],
    ['keeps no state', counting()],
    [
      'does not modify the history',
      broken((strategy) => ({
        answer: (history) => strategy.answer((history as Observation[]).sort((a, b) => a.loss - b.loss)),
      })),
    ],
    [
      'never moves a threshold',
      broken((strategy) => ({
        status: (history) => ({ ...strategy.status(history), threshold: history.length }),
      })),
    ],
    [
      'answers with a genotype',
      broken((strategy) => ({ answer: (history) => ({ ...strategy.answer(history), voters: [] }) })),
    ],
    [
      'refuses to answer',
      broken(() => ({
        answer: (history) => {
          const best = history.toSorted((a, b) => a.loss - b.loss)[0] as Observation;
          return { encoding: best.encoding, voters: [best], note: 'The best.' };
        },
      })),
    ],
  ])('name the broken rule: it %s', async (rule, make) => {
    await expect(checkStrategy(make, [space])).rejects.toThrow(
      `The strategy breaks a rule on the space toy: it ${rule}`,
    );
  });
});
