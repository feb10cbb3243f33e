import { describe, expect, it, vi } from 'vitest';
import { planSearch } from '../../src/config/index.js';
import { loadConfig } from '../../src/index.js';
import { paceOfProbes, rangeOf, timeOf, wholeRange } from '../../src/jobs/plan/estimate.js';
import type { Probe } from '../../src/jobs/plan/measure.js';
import { type RehearsedSearch, rehearseSearch } from '../../src/jobs/plan/rehearse.js';
import { guessFor, keepGuess } from '../../src/jobs/search/guess.js';
import { createRandom } from '../../src/random/random.js';
import { temporaryFolder } from '../support/run-cli.js';

const { signal } = new AbortController();

async function simulate(overrides: readonly string[], { index = 0, isOver = (): boolean => false } = {}) {
  const plan = planSearch(await loadConfig({ file: 'quickstart', overrides }));
  return rehearseSearch({ plan, steps: plan.specification.steps, index, isOver, signal });
}

describe('a simulated search', () => {
  it('is the same each time, and another one for another index', async () => {
    const { random: _, ...first } = await simulate([]);
    const { random: _again, ...again } = await simulate([]);
    const { random: _other, ...other } = await simulate([], { index: 1 });
    expect(again).toEqual(first);
    expect(other.turns).not.toEqual(first.turns);
  });

  it('takes the whole warm-up, and trains no duplicates', async () => {
    const { turns, architectures } = await simulate(['RMINAS.RF_WARMUP', '300', 'RMINAS.RF_SUCC', '3']);
    const trainings = turns.flat();
    expect(architectures).toBeGreaterThanOrEqual(303);
    expect(trainings.length).toBeLessThan(architectures);
    expect(new Set(trainings.map(({ genotype }) => genotype)).size).toBe(trainings.length);
  });

  it('stops futile trainings only where the search does', async () => {
    const steps = async (futility: string) =>
      (await simulate(['RMINAS.RF_WARMUP', '60', 'RMINAS.FUTILITY', futility])).turns.flat().map((one) => one.steps);
    const whole = new Set(await steps('False'));
    expect(whole.size).toBe(1);
    expect(Math.min(...(await steps('True')))).toBeLessThan(Math.max(...whole));
  });

  it('proposes as many architectures in a guided turn as the search, whatever the number of workers', async () => {
    const mostInATurn = async (proposals: string) => {
      const { turns } = await simulate(['RMINAS.WORKERS', '4', 'RMINAS.PROPOSALS', proposals]);
      return Math.max(...turns.filter(([first]) => first?.phase === 'guided').map(({ length }) => length));
    };
    expect(await mostInATurn('1')).toBe(1);
    expect(await mostInATurn('6')).toBe(6);
  });

  it('uses up the budget of a strategy without a goal', async () => {
    const { architectures } = await simulate(['RMINAS.STRATEGY', 'random', 'RMINAS.MAX_EVALUATIONS', '50']);
    expect(architectures).toBe(50);
  });

  it('is extrapolated when the time for it is over', async () => {
    const overrides = ['RMINAS.STRATEGY', 'random', 'RMINAS.MAX_EVALUATIONS', '5000'];
    let turns = 0;
    const isOver = () => {
      turns += 1;
      return turns > 10;
    };
    const { architectures, scale } = await simulate(overrides, { isOver });
    expect(architectures).toBe(5000);
    expect(scale).toBeGreaterThan(50);
  });
});

describe('the time of a simulated search', () => {
  const probe = (flops: number | null, secondsPerStep: number): Probe => ({
    ...{ genotype: `g${flops}`, flops, secondsPerStep, fixedSeconds: 1, steps: 10 },
    outcome: { failure: '' },
  });

  it('follows the multiply-adds of the measured networks', () => {
    const pace = paceOfProbes([probe(10, 0.1), probe(20, 0.2), probe(30, 0.3)]);
    expect(pace({ flops: 40 }, 10)).toBeCloseTo(1 + 4);
    expect(pace({ flops: null }, 10)).toBeCloseTo(1 + 2);
    // A network without any operation still takes some time.
    expect(pace({ flops: 0 }, 10)).toBeCloseTo(1 + 0.5);
  });

  it('is the mean where nothing can be counted', () => {
    expect(paceOfProbes([probe(null, 0.1), probe(null, 0.3)])({ flops: null }, 10)).toBeCloseTo(3);
  });

  const simulated: RehearsedSearch = {
    turns: [
      ['a', 'b', 'c'].map((genotype) => ({ genotype, phase: 'warm-up', steps: 10 })),
      [{ genotype: 'd', phase: 'guided', steps: 5 }],
    ],
    architectures: 4,
    scale: 1,
    random: createRandom(1, 'test', 0),
  };
  const options = {
    pace: (_: unknown, steps: number) => steps,
    counted: [{ genotype: 'a', flops: 1 }],
    cached: new Set<string>(),
    workers: 2,
    turnSeconds: 0.5,
  };

  it('shares the trainings of a turn among the workers, and adds the forest', () => {
    expect(timeOf(simulated, options)).toEqual({
      ...{ seconds: 25.5, lastRoundSeconds: 0, trainingSeconds: 35, guidedTurns: 1, trainings: 4 },
    });
  });

  it('needs no time for scores of the cache', () => {
    const { seconds, trainings } = timeOf(simulated, { ...options, cached: new Set(['a', 'b']) });
    expect({ seconds, trainings }).toEqual({ seconds: 15.5, trainings: 2 });
  });

  it('adds the last round at its own pace', () => {
    const lastRound = { pace: () => 8, counted: options.counted, steps: 20, architectures: 3 };
    // Two workers train three architectures one after the other.
    expect(timeOf({ ...simulated, scale: 3 }, { ...options, lastRound })).toMatchObject({
      ...{ seconds: 76.5 + 16, lastRoundSeconds: 16, trainingSeconds: 3 * 35 + 24, trainings: 12 },
    });
  });

  it('grows with a search that was extrapolated', () => {
    expect(timeOf({ ...simulated, scale: 3 }, options)).toMatchObject({ seconds: 76.5, trainings: 12 });
  });

  it('has a range that leaves out the extremes', () => {
    const { low, likely, high } = rangeOf(Array.from({ length: 21 }, (_, index) => index));
    expect([low, likely, high].map((value) => Number(value.toFixed(6)))).toEqual([1, 10, 19]);
  });
});

describe('the range of whole searches', () => {
  const seconds = [10, 10, 10];

  it('is narrow on an idle machine', () => {
    const { low, likely, high } = wholeRange(seconds, 2, { start: 1, trainings: 1 });
    expect([low, likely, high]).toEqual([12 * 0.85, 12, 12 * 1.3]);
  });

  it('begins at the time without the other programs, and grows with their load', () => {
    const { low, likely, high } = wholeRange(seconds, 2, { start: 2, trainings: 2 });
    expect([low, likely, high]).toEqual([6 * 0.85, 12, 12 * 1.6]);
  });
});

describe('the guess of a plan', () => {
  const header = { rminas: '1', settings: {}, specification: 'a'.repeat(64), workers: 2 };
  const range = { low: 1, likely: 2, high: 3 };

  it('is found again by a search with the same header only', () => {
    vi.stubEnv('RMINAS_HOME', temporaryFolder());
    keepGuess(header, { seconds: range, evaluations: range });
    expect(guessFor({ ...header })).toEqual({ seconds: range, evaluations: range });
    expect(guessFor({ ...header, workers: 1 })).toBeUndefined();
    vi.unstubAllEnvs();
  });

  it('is dropped where it cannot be written', () => {
    vi.stubEnv('RMINAS_HOME', '/dev/null/home');
    keepGuess(header, { seconds: null, evaluations: range });
    expect(guessFor(header)).toBeUndefined();
    vi.unstubAllEnvs();
  });
});
