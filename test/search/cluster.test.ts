/** The real controller on a simulated cluster with a virtual clock. */
import { beforeAll, describe, expect, it } from 'vitest';
import { RMI } from '../../src/objectives/rmi.js';
import { createRandom } from '../../src/random/random.js';
import { searchSpace } from '../../src/search/controller.js';
import type { Evaluator } from '../../src/search/evaluator.js';
import { createSlotSpace } from '../../src/spaces/slots/space.js';
import { createRegularizedEvolution } from '../../src/strategies/regularized-evolution.js';

interface Report {
  readonly seconds: number;
  readonly efficiency: number;
  readonly evaluations: number;
  readonly preempted: number;
}
interface Cluster extends Evaluator {
  report(): Report;
}

// A script's module, which has no types.
const file: string = new URL('../../scripts/scale/cluster.mjs', import.meta.url).href;
const { createCluster, durationAt, MEASURED_QUANTILES } = await import(file);

const space = createSlotSpace({
  name: 'ten-slots',
  slots: Array.from({ length: 10 }, (_, slot) => ({ name: `slot${slot}`, choices: ['a', 'b', 'c', 'd', 'e', 'f'] })),
});
/** Workers that live for ten evaluations in the mean, some of them slow. */
const SPOT = { lifeSeconds: 10, absenceSeconds: 2, slowShare: 0.2 };

async function simulate(workers: number, evaluations: number, proposals: number, lives: object = {}) {
  const random = createRandom(1, 'cluster', workers);
  const uniform = (source: typeof random) => source.below(2 ** 32) / 2 ** 32;
  const cluster: Cluster = createCluster({
    workers,
    random: () => uniform(random),
    evaluate: ({ genotype, seed }: { genotype: string; seed: number }) => {
      const drawn = createRandom(seed, genotype, 0);
      return { loss: uniform(drawn), uniform: uniform(drawn) };
    },
    ...lives,
  });
  const settings = { cap: evaluations, warmup: 200, thresholdRate: 0.05, population: 200, sample: 10, seed: 1 };
  const strategy = createRegularizedEvolution({ space, settings });
  const history: string[] = [];
  let answer = '';
  for await (const event of searchSpace({ space, strategy, objective: RMI, evaluator: cluster, proposals, seed: 1 })) {
    if (event.type === 'observed') history.push(`${event.genotype} ${event.loss}`);
    if (event.type === 'finished') answer = event.genotype;
  }
  return { history, answer, ...cluster.report() };
}

describe('a search on a simulated cluster', () => {
  let alone: Awaited<ReturnType<typeof simulate>>;
  beforeAll(async () => {
    alone = await simulate(1, 1000, 7);
  });

  it('takes the measured seconds of its evaluations', () => {
    expect(alone.efficiency).toBeCloseTo(1, 6);
    const mean = MEASURED_QUANTILES.reduce((sum: number, share: number) => sum + share, 0) / MEASURED_QUANTILES.length;
    expect([durationAt(0), durationAt(1)]).toEqual([MEASURED_QUANTILES[0], MEASURED_QUANTILES.at(-1)]);
    expect(alone.seconds / 1000 / mean).toBeGreaterThan(0.8);
    expect(alone.seconds / 1000 / mean).toBeLessThan(1.2);
  });

  it.each([
    [2, {}],
    [7, {}],
    [7, SPOT],
    [300, SPOT],
  ])('has the same history and answer with %d workers: %j', async (workers, lives) => {
    const { history, answer, evaluations, preempted, seconds } = await simulate(workers, 1000, 7, lives);
    expect(history).toEqual(alone.history);
    expect(answer).toBe(alone.answer);
    // No evaluation is lost or done twice, whichever workers die.
    expect(evaluations).toBe(new Set(alone.history).size);
    expect(preempted > 0).toBe('lifeSeconds' in lives);
    expect(seconds).toBeLessThan(alone.seconds);
  });

  it('keeps a thousand workers at work for ten thousand evaluations, if it proposes enough', async () => {
    const few = await simulate(1000, 3000, 64);
    const many = await simulate(1000, 10_000, 1000);
    expect(many.history).toHaveLength(10_000);
    expect(few.efficiency).toBeLessThan(0.1);
    expect(many.efficiency).toBeGreaterThan(2 * few.efficiency);
  });
});
