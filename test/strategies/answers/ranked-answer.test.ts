import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.js';
import { createAggregate } from '../../../src/objectives/aggregate.js';
import { nasBench201 } from '../../../src/spaces/nas-bench-201/space.js';
import { bestAnswer } from '../../../src/strategies/answer.js';
import { createAnswering } from '../../../src/strategies/answers/answering.js';
import { NO_CURVE } from '../no-curve.js';

const PARTS = [
  { name: 'cka', direction: 'higher', weight: 1, needs: 'training' },
  { name: 'flops', direction: 'higher', weight: 0.5, needs: 'nothing' },
] as const;

/** Observations of an aggregate with a reference set of two, which all others beat by far. */
function historyOf(values: readonly (readonly [cka: number, flops: number])[]) {
  const measured = values.map(([cka, flops], index) => ({
    ...{ phase: 'guided' as const, encoding: [0, 0, 0, 0, 0, index], loss: 0, ...NO_CURVE },
    proxyValues: { cka, flops },
  }));
  return createAggregate(PARTS, 2).score(measured);
}

const answering = (parts: typeof PARTS | []) =>
  createAnswering({
    name: 'test',
    space: nasBench201,
    settings: { answer: 'best-ranked', parts: [...parts], seed: 1 },
    votes: false,
  });

describe('the best by rank', () => {
  it('tells architectures apart that all beat the reference set', () => {
    // The third is slightly behind in the CKA, and far behind in the FLOPs.
    const history = historyOf([
      [0.1, 1],
      [0.2, 2],
      [0.91, 20],
      [0.9, 90],
      [0.89, 70],
      [0.88, 80],
    ]);
    const ranked = answering(PARTS).answer(history, null);
    expect(ranked.encoding).toEqual([0, 0, 0, 0, 0, 3]);
    expect(ranked.voters).toEqual([history[3]]);
  });

  it('is the lowest loss for an objective that is one value, the first of equal ones, and never a failure', () => {
    const history = [Number.POSITIVE_INFINITY, 0.5, 0.2, 0.2].map((loss, index) => ({
      ...{ phase: 'guided' as const, encoding: [0, 0, 0, 0, 0, index], loss, ...NO_CURVE },
    }));
    expect(answering([]).answer(history, null).encoding).toEqual([0, 0, 0, 0, 0, 2]);
    expect(answering([]).answer(history, null).encoding).toEqual(bestAnswer(history).encoding);
    expect(() => answering([]).answer(history.slice(0, 1), null)).toThrow(UsageError);
  });
});
