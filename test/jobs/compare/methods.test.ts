/** One-shot searches as rows of a comparison. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { completeMethod, trajectoryOfMethod } from '../../../src/jobs/compare/methods.js';
import { planComparison } from '../../../src/jobs/compare/plan.js';
import { stepWithin } from '../../../src/jobs/compare/trajectory.js';
import { scaled } from '../../support/limits.js';
import { temporaryFolder } from '../../support/run-cli.js';
import { writeTinyOneShot } from './tiny-one-shot.js';

async function planMethod(seed: number, out: string, epochs = 1) {
  const planned = await planComparison({
    ...{ cfg: 'test/fixtures/tiny.yaml', methods: ['gdas'], methodsCfg: writeTinyOneShot(epochs), seeds: [seed], out },
  });
  const run = planned.rows[1]?.runs[0];
  if (run === undefined || !('planned' in run)) throw new Error('the second row is the method');
  return run;
}

describe('a one-shot search in a comparison', () => {
  it('is run once, and then read from its folder', { timeout: scaled(120_000) }, async () => {
    const out = temporaryFolder();
    const told: string[] = [];
    const options = {
      signal: new AbortController().signal,
      emit: ({ type }: { type: string }) => told.push(type),
    };
    const run = await planMethod(1, out);
    const first = await completeMethod(run, options);
    expect(existsSync(`${run.folder}/result.json`)).toBe(true);
    expect(first.ended).toBe('last-epoch');
    expect(first.steps.at(-1)?.genotype).toMatch(/~0\|\+/);
    expect(first.steps.at(-1)?.cost.flops).toBeGreaterThan(0);
    expect(told.splice(0)).toContain('run-advanced');
    expect(await completeMethod(run, options)).toEqual(first);
    expect(told).toEqual([]);
    const other = await planMethod(1, out, 2);
    await expect(completeMethod(other, options)).rejects.toMatchObject({ code: 'another-search' });
  });

  it('costs its epochs, and at last the comparison of paths', () => {
    const epoch = (number: number, genotype: string | null) => ({
      ...{ epoch: number, learningRate: 0.1, loss: 1, alpha: null, multiplyAdds: 3e6, seconds: 2, genotype },
    });
    const found = {
      ...{
        genotype: 'best',
        alpha: null,
        epochs: [epoch(1, null), epoch(2, 'second')],
        resumedFrom: 0,
        operations: [],
      },
      ...{ judging: { paths: 7, multiplyAdds: 1e6, seconds: 1 }, parameters: 1, trainImages: 33, validationImages: 33 },
      notes: [],
    };
    const trajectory = trajectoryOfMethod(found, { oneShot: { recipe: { batchSize: 16 } } } as never);
    expect(trajectory.steps.map(({ cost }) => [cost.flops, cost.seconds, cost.steps, cost.evaluations])).toEqual([
      [3, 2, 3, 0],
      [6, 4, 6, 0],
      [7, 5, 6, 7],
    ]);
    expect(stepWithin(trajectory, 'flops', 6.5)?.genotype).toBe('second');
    expect(stepWithin(trajectory, 'flops', null)?.genotype).toBe('best');
  });
});
