import { describe, expect, it } from 'vitest';
import { MissingError, SidecarError, UsageError } from '../../src/errors.js';
import { failureOfOne, MOST_FAILURES, UnusableSpace } from '../../src/evaluators/failures.js';
import { outcomeOfLoss } from '../../src/search/evaluator.js';

const unusable = (n: number) =>
  new MissingError(`The function build failed: ${n}.`, { code: 'architecture-failed', nextSteps: ['Correct it.'] });
const fail = (space: UnusableSpace, times: number) => {
  for (let n = 0; n < times; n += 1) expect(space.failureOfOne(unusable(n))).toBe(`The function build failed: ${n}.`);
};

describe('a failure', () => {
  it.each([
    [new SidecarError('died', { code: 'evaluation-died' }), 'died'],
    [new SidecarError('no memory', { code: 'out-of-memory' }), 'no memory'],
    [unusable(1), 'The function build failed: 1.'],
  ])('concerns one architecture: %s', (error, reason) => {
    expect(failureOfOne(error)).toBe(reason);
  });

  it.each([
    new SidecarError('x', { code: 'internal' }),
    new MissingError('x', { code: 'plugin-failed' }),
    new UsageError('x', { code: 'invalid-genotype' }),
    new Error('x'),
  ])('concerns more than one architecture: %s', (error) => {
    expect(() => failureOfOne(error)).toThrow(error);
  });
});

describe('a space of the user', () => {
  it('is unusable when its first architectures all fail, and the first reason is told', () => {
    const space = new UnusableSpace();
    fail(space, MOST_FAILURES - 1);
    expect(() => space.failureOfOne(unusable(99))).toThrow(
      expect.objectContaining({
        code: 'unusable-space',
        exitCode: 3,
        message: `The first ${MOST_FAILURES} architectures all failed. The function build failed: 0.`,
        nextSteps: ['Correct it.'],
      }),
    );
  });

  it('is usable once one architecture was evaluated, also by another run or before a resumption', async () => {
    const space = new UnusableSpace();
    const cached = { ...outcomeOfLoss(1), cached: true as const };
    const evaluator = space.watch({ capacity: 2, evaluate: async () => cached });
    fail(space, MOST_FAILURES - 1);
    expect(await evaluator.evaluate({ genotype: 'width=8', seed: 1 })).toBe(cached);
    expect(evaluator.capacity).toBe(2);
    fail(space, MOST_FAILURES);
    fail(new UnusableSpace(true), MOST_FAILURES + 1);
  });

  it('does not count deaths of workers', () => {
    const space = new UnusableSpace();
    const death = new SidecarError('died', { code: 'evaluation-died' });
    for (let n = 0; n <= MOST_FAILURES; n += 1) expect(space.failureOfOne(death)).toBe('died');
  });
});
