import { expect, it } from 'vitest';
import { Fold } from '../../src/strategies/fold.js';
import type { Observation } from '../../src/strategies/strategy.js';

const observation = (loss: number): Observation => ({
  ...{ phase: 'guided', encoding: [loss], loss, proxyValues: {}, curve: [], stopped: false },
});

it('a fold adds only what is new, and begins again for another history', () => {
  const added: number[] = [];
  const fold = new Fold<{ sum: number }>(
    () => ({ sum: 0 }),
    (state, { loss }, index) => {
      state.sum += loss;
      added.push(index);
    },
  );
  const history = [1, 2, 3].map(observation);
  expect(fold.of(history).sum).toBe(6);
  history.push(observation(4));
  expect(fold.of(history).sum).toBe(10);
  expect(added).toEqual([0, 1, 2, 3]);
  // Another objective scores the same architecture otherwise.
  const rescored = history.map((one, index) => (index === 1 ? { ...one, loss: 20 } : { ...one }));
  expect(fold.of(rescored).sum).toBe(28);
  expect(fold.of(history.slice(0, 2)).sum).toBe(3);
  expect(added).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1]);
  expect(fold.of(history).sum).toBe(10);
  history.pop();
  expect(fold.of(history).sum).toBe(6);
});
