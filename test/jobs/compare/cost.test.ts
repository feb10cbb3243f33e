import { describe, expect, it } from 'vitest';
import { CostMeter, costOfEvaluation, NO_COST } from '../../../src/jobs/compare/cost.js';
import type { Observed } from '../../../src/search/events.js';
import { evaluationOf } from '../../search/simulated.js';

const training = { ...evaluationOf(0.5), steps: 151, seconds: 20, flops: 30 };

describe('the cost of an evaluation', () => {
  it('is that of the training: per step a forward pass and a backward pass of twice its cost, and no backward pass at the end', () => {
    const cost = costOfEvaluation({ evaluation: training }, 32);
    expect(cost).toEqual({ seconds: 20, steps: 151, flops: 30 * 32 * (3 * 150 + 1), simulated: 20, evaluations: 1 });
  });

  it('includes the cost of measuring proxies', () => {
    const measuring = { seconds: 0.5, flops: 1000 };
    expect(costOfEvaluation({ evaluation: training, measuring }, 32)).toEqual({
      seconds: 20.5,
      steps: 151,
      flops: 30 * 32 * 451 + 1000,
      simulated: 20.5,
      evaluations: 1,
    });
  });

  it('is the same for a score from another run', () => {
    expect(costOfEvaluation({ evaluation: training, cached: true }, 32)).toEqual(
      costOfEvaluation({ evaluation: training }, 32),
    );
  });

  it('is the seconds of the benchmark if its accuracy replaces the training', () => {
    const evaluation = { ...evaluationOf(null), steps: 0, seconds: 0 };
    expect(costOfEvaluation({ evaluation, simulatedSeconds: 900 }, 32)).toEqual({
      ...NO_COST,
      simulated: 900,
      evaluations: 1,
    });
  });

  it('of a failure is one evaluation only', () => {
    expect(costOfEvaluation({ failure: 'died' }, 32)).toEqual({ ...NO_COST, evaluations: 1 });
  });
});

describe('the meter of a search', () => {
  const observed = (canonical: string, reused: boolean) =>
    ({ type: 'observed', canonical, reused, replayed: false }) as Observed & { replayed: boolean };
  const evaluated = (genotype: string) =>
    ({ type: 'evaluated', genotype, seed: 1, outcome: { evaluation: training }, replayed: false }) as const;

  it('adds up the history, with duplicates free of cost', () => {
    const meter = new CostMeter(1);
    meter.add(evaluated('a'));
    meter.add(evaluated('b'));
    expect(meter.total).toEqual(NO_COST);
    meter.add(observed('a', false));
    meter.add(observed('a', true));
    expect(meter.total.steps).toBe(151);
    meter.add(observed('b', false));
    expect(meter.total.steps).toBe(302);
  });

  it('includes the cost of screening candidates', () => {
    const meter = new CostMeter(1);
    const screened = { measured: 100, skipped: 90, seconds: 3, flops: 7 };
    const proposed = { type: 'proposed', turn: 0, phase: 'guided', genotypes: ['a'], screened } as const;
    meter.add({ ...proposed, replayed: false });
    expect(meter.total).toEqual({ ...NO_COST, seconds: 3, flops: 7, simulated: 3 });
  });
});
