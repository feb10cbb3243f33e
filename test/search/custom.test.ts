/** A search with a space, a strategy, an objective and an evaluator that rminas does not know. */

import { describe, expect, it } from 'vitest';
import { searchSpace } from '../../src/search/controller.js';
import { type Evaluator, outcomeOfLoss } from '../../src/search/evaluator.js';
import { createSlotSpace } from '../../src/spaces/slots/space.js';
import type { Encoding } from '../../src/spaces/space.js';
import type { Strategy } from '../../src/strategies/strategy.js';
import { highest } from './highest.js';
import { collect, finishOf, historyOf, journalOf } from './simulated.js';

const space = createSlotSpace({
  name: 'toy',
  slots: [
    { name: 'width', choices: ['8', '16', '32'] },
    { name: 'depth', choices: ['1', '2', '3', '4'] },
  ],
});

/** Goes through the space in lexicographic order. */
const exhaustive: Strategy = {
  name: 'exhaustive',
  ask: async (history, capacity) => {
    const encodings: Encoding[] = [];
    for (let next = history.length; next < space.size && encodings.length < capacity; next += 1) {
      encodings.push([Math.floor(next / 4), next % 4]);
    }
    if (encodings.length === 0) return { kind: 'stop', reason: 'space-exhausted' };
    return { kind: 'evaluate', phase: 'guided', encodings };
  },
  status: () => ({
    threshold: null,
    thresholdNote: null,
    successes: 0,
    successesWanted: null,
    warmup: 0,
    cap: space.size,
  }),
  bounds: () => [],
  answer: (history) => {
    const best = history.reduce((one, other) => (other.loss < one.loss ? other : one));
    return { encoding: best.encoding, voters: [best], note: 'The best of all.' };
  },
};

/** A loss that is a formula of the genotype. */
const formula: Evaluator = {
  capacity: 5,
  evaluate: async ({ genotype }) => {
    const [, width, depth] = /^width=(\d+),depth=(\d+)$/.exec(genotype) ?? [];
    if (depth === '4') return { failure: 'too deep' };
    return outcomeOfLoss(Number(width) * Number(depth));
  },
};

const options = { space, strategy: exhaustive, objective: highest, evaluator: formula, seed: 1 };

describe('a search with custom objects', () => {
  it('finds the best architecture', async () => {
    const events = await collect(searchSpace(options));
    expect(historyOf(events)).toHaveLength(12);
    expect(finishOf(events)).toEqual({
      type: 'finished',
      reason: 'space-exhausted',
      genotype: 'width=32,depth=3',
      note: 'The best of all.',
      voters: [{ genotype: 'width=32,depth=3', loss: -96 }],
    });
    const failed = historyOf(events).filter(({ genotype }) => genotype.endsWith('depth=4'));
    expect(failed.map(({ loss }) => loss)).toEqual([Infinity, Infinity, Infinity]);
  });

  it('resumes from its journal after any event', async () => {
    const journal = journalOf(await collect(searchSpace(options)));
    for (const kept of journal.keys()) {
      const resumed = await collect(searchSpace({ ...options, recorded: journal.slice(0, kept) }));
      expect(journalOf(resumed)).toEqual(expect.arrayContaining(journal));
      expect(finishOf(resumed)).toEqual(journal.at(-1));
    }
  });
});
