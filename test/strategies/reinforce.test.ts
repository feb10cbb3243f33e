import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import type { Encoding } from '../../src/spaces/space.js';
import { createReinforce, type ReinforceSettings, rewardsOf } from '../../src/strategies/reinforce.js';
import type { Observation } from '../../src/strategies/strategy.js';
import { createTinySpace } from '../spaces/tiny-space.js';
import { BASELINE_SETTINGS } from './baseline-settings.js';
import { runStrategy } from './conformance.js';
import { NO_CURVE } from './no-curve.js';

const { POSITIVE_INFINITY: infinity } = Number;
const space = createTinySpace(3, 2);
const reinforce = (changes: Partial<ReinforceSettings> = {}) =>
  createReinforce({ space, settings: { ...BASELINE_SETTINGS, ...changes } });

function observed(...losses: readonly (readonly [string, number])[]): Observation[] {
  return losses.map(([text, loss]) => ({
    phase: 'warm-up',
    encoding: space.parse(text),
    loss,
    ...NO_CURVE,
  }));
}

/** The logarithm of the probability of an encoding under independent softmaxes. */
function logProbability(policy: readonly (readonly number[])[], encoding: Encoding): number {
  return policy.reduce((total, preferences, slot) => {
    const normaliser = Math.log(preferences.reduce((sum, preference) => sum + Math.exp(preference), 0));
    return total + (preferences[encoding[slot] ?? 0] ?? 0) - normaliser;
  }, 0);
}

/** The policy after steps along gradients from central differences. */
function learntPolicy(steps: readonly { encoding: Encoding; advantage: number }[], rate: number): number[][] {
  const nudge = 1e-5;
  let policy = space.slots.map((categories) => new Array<number>(categories).fill(0));
  for (const { encoding, advantage } of steps) {
    const moved = (slot: number, category: number, by: number) =>
      policy.map((row, at) => row.map((value, which) => (at === slot && which === category ? value + by : value)));
    policy = policy.map((row, slot) =>
      row.map((value, category) => {
        const above = logProbability(moved(slot, category, nudge), encoding);
        const below = logProbability(moved(slot, category, -nudge), encoding);
        return value + (rate * advantage * (above - below)) / (2 * nudge);
      }),
    );
  }
  return policy;
}

describe('rewards', () => {
  it('are the share of higher earlier losses minus the share of lower ones', () => {
    expect(rewardsOf([3, 1, 2, 9, 1, infinity, infinity, 0.5])).toEqual([0, 1, 0, -1, 3 / 4, -1, -5 / 6, 1]);
    expect(rewardsOf([])).toEqual([]);
  });

  it('do not depend on the scale of the losses or on later losses', () => {
    const losses = [0.31, 0.27, 0.9, 0.28, 0.26];
    expect(rewardsOf(losses.map((loss) => 1e6 * loss - 3))).toEqual(rewardsOf(losses));
    expect(rewardsOf([...losses, 0.1, infinity]).slice(0, 5)).toEqual(rewardsOf(losses));
  });
});

describe('reinforce', () => {
  it('draws from the policy that the gradients of the history give', async () => {
    const history = observed(['00', 5], ['21', 1], ['12', 4], ['20', 2]);
    // Rewards minus their moving average before.
    const averages = [0, 0, 0.1, 0.09];
    const rewards = [0, 1, 0, 1 / 3];
    const steps = history.map(({ encoding }, at) => ({
      encoding,
      advantage: (rewards[at] ?? 0) - (averages[at] ?? 0),
    }));
    const policy = learntPolicy(steps, 0.8);
    const unknown = ['01', '02', '10', '11', '22'];
    const probabilities = unknown.map((text) => Math.exp(logProbability(policy, space.parse(text))));
    const total = probabilities.reduce((sum, probability) => sum + probability);
    const counts = new Map<string, number>();
    const draws = 4000;
    for (let seed = 0; seed < draws; seed += 1) {
      const ask = await reinforce({ seed, warmup: 4, learningRate: 0.8 }).ask(history, 1);
      const [encoding = []] = ask.kind === 'evaluate' ? ask.encodings : [];
      counts.set(space.print(encoding), (counts.get(space.print(encoding)) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(unknown);
    for (const [at, text] of unknown.entries()) {
      const expected = (probabilities[at] ?? 0) / total;
      // Three standard deviations.
      const noise = 3 * Math.sqrt((expected * (1 - expected)) / draws);
      expect(Math.abs((counts.get(text) ?? 0) / draws - expected)).toBeLessThan(noise);
    }
    // Otherwise the comparison would prove little.
    expect(Math.max(...probabilities) / Math.min(...probabilities)).toBeGreaterThan(1.5);
  });

  it('learns to prefer better choices and finds more of them than random search', async () => {
    const wide = createTinySpace(5, 6);
    const lossOf = (encoding: Encoding) => -encoding.filter((category) => category === 2).length;
    const settings = { ...BASELINE_SETTINGS, cap: 200, learningRate: 0.1 };
    const { history } = await runStrategy(createReinforce({ space: wide, settings }), lossOf, 1);
    const mean = (part: readonly Observation[]) => part.reduce((sum, { loss }) => sum + loss, 0) / part.length;
    expect(mean(history.slice(0, 10))).toBeGreaterThan(-2);
    expect(mean(history.slice(-50))).toBeLessThan(-2.5);
  });

  it('still proposes new architectures when its policy has converged', async () => {
    const { history } = await runStrategy(
      reinforce({ warmup: 3, learningRate: 1e6 }),
      (encoding) => encoding[0] ?? 0,
      1,
    );
    expect(new Set(history.map(({ encoding }) => String(encoding))).size).toBe(9);
  });

  it.each([0, -1, Number.NaN, infinity])('refuses the learning rate %d', (learningRate) => {
    expect(() => reinforce({ learningRate })).toThrow(UsageError);
    expect(() => reinforce({ learningRate })).toThrow(String(learningRate));
  });
});
