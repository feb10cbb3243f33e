import { number } from '../definitions/key.js';
import { UsageError } from '../errors.js';
import { createRandom, type Random } from '../random/random.js';
import { drawWeighted } from '../random/sampling.js';
import type { Encoding, Space } from '../spaces/space.js';
import { firstIndex } from '../statistics/sorted.js';
import { type BudgetOptions, createBudgeted } from './budgeted.js';
import type { CommonSettings } from './common.js';
import { defineStrategy } from './definition.js';
import { Fold } from './fold.js';
import type { Strategy } from './strategy.js';

/** Weight of the old moving average of rewards when a new reward arrives. Source: the baseline of NAS-Bench-201. */
const DECAY = 0.9;

export interface ReinforceSettings extends CommonSettings {
  /** Step size of the preferences along the gradient; above 0. */
  readonly learningRate: number;
}

/** A preference for each category of each slot. With all preferences 0 the policy draws as the space does. */
type Policy = number[][];

/**
 * REINFORCE (Williams, 1992; Zoph and Le, 2017) as in the baselines of NAS-Bench-201: each slot has its own softmax
 * over its categories, and architectures are drawn from the product. The policy moves along the gradient of the log
 * probability of each architecture, times the difference between its reward and a moving average of rewards. See
 * {@link rewardsOf} for the rewards.
 *
 * Each turn learns the policy again from the whole history, warm-up included. Categories that the other slots
 * exclude are left out of the softmax, and architectures in the history are drawn again.
 * @throws UsageError when a setting is out of its range
 */
export function createReinforce(options: BudgetOptions<ReinforceSettings>): Strategy {
  const { space, settings, constraint } = options;
  const { seed, learningRate } = settings;
  if (!(learningRate > 0 && Number.isFinite(learningRate))) {
    throw new UsageError(`The reinforce strategy's learning rate must be above 0, not ${learningRate}.`, {
      code: 'invalid-setting',
    });
  }
  const learned = learner(space, learningRate);
  return createBudgeted({
    name: 'reinforce',
    ...{ space, settings, constraint },
    guide: (history, wanted, draws) => {
      const random = createRandom(seed, 'policy', history.length);
      const { policy } = learned.of(history);
      return draws.proposed(() => drawFrom(policy, space, random), { random, history, wanted });
    },
  });
}

/**
 * The reward of each loss, from -1 to 1: the share of the earlier losses that are higher minus the share of those
 * that are lower. The scale of the losses does not matter, and later losses never change a reward.
 */
export function rewardsOf(losses: readonly number[]): number[] {
  const rewards = new Rewards();
  return losses.map((loss) => rewards.add(loss));
}

/** Losses in rising order, so that a reward takes two searches by halving. */
class Rewards {
  readonly #sorted: number[] = [];

  /** The reward of the next loss. */
  add(loss: number): number {
    const sorted = this.#sorted;
    const count = sorted.length;
    const lower = firstIndex(sorted, (other) => other >= loss);
    const notHigher = firstIndex(sorted, (other) => other > loss);
    sorted.splice(notHigher, 0, loss);
    return count === 0 ? 0 : (count - notHigher - lower) / count;
  }
}

interface Learned {
  readonly policy: Policy;
  readonly rewards: Rewards;
  baseline: number;
}

function learner(space: Space, learningRate: number): Fold<Learned> {
  const begin = (): Learned => ({
    policy: space.slots.map((categories) => new Array<number>(categories).fill(0)),
    rewards: new Rewards(),
    baseline: 0,
  });
  return new Fold(begin, (learned, { encoding, loss }) => {
    const { policy, rewards, baseline } = learned;
    const reward = rewards.add(loss);
    reinforce(policy, space, encoding, learningRate * (reward - baseline));
    learned.baseline = DECAY * baseline + (1 - DECAY) * reward;
  });
}

/** Moves the policy along the gradient of the log probability of the encoding, in place. */
function reinforce(policy: Policy, space: Space, encoding: Encoding, step: number): void {
  for (const [slot, preferences] of policy.entries()) {
    const weights = weightsOf(policy, space, encoding.slice(0, slot));
    const total = weights.reduce((sum, each) => sum + each, 0);
    policy[slot] = preferences.map(
      (preference, category) =>
        preference + step * (Number(encoding[slot] === category) - (weights[category] ?? 0) / total),
    );
  }
}

function drawFrom(policy: Policy, space: Space, random: Random): Encoding {
  const encoding: number[] = [];
  for (const _ of space.slots) encoding.push(drawWeighted(random, weightsOf(policy, space, encoding)));
  return encoding;
}

/** Weights of the categories of the next slot, given the slots before it. */
function weightsOf(policy: Policy, space: Space, before: Encoding): number[] {
  const preferences = policy[before.length] ?? [];
  const logarithms = space
    .conditionalWeights(before)
    .map((weight, category) => Math.log(weight) + (preferences[category] ?? 0));
  // Subtracting the highest avoids an overflow.
  const highest = Math.max(...logarithms);
  return logarithms.map((logarithm) => Math.exp(logarithm - highest));
}

export const reinforceStrategy = defineStrategy({
  name: 'reinforce',
  aliases: [],
  doc: 'REINFORCE (Williams, 1992; Zoph and Le, 2017): learns a probability for each choice from ranks of losses.',
  keys: {
    'RMINAS.REINFORCE_RATE': number(0.5, { above: 0 }, 'Learning rate of the policy of `reinforce`.'),
  },
  defaults: { 'RMINAS.RF_WARMUP': 10 },
  create: ({ space, constraint, ...context }, values) =>
    createReinforce({ space, constraint, settings: { ...context, learningRate: values['RMINAS.REINFORCE_RATE'] } }),
});
