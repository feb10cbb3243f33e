import { UsageError } from '../errors.js';
import { createRandom, type Random } from '../random/random.js';
import { drawWeighted } from '../random/sampling.js';
import type { Encoding, Space } from '../spaces/space.js';
import { createBudgeted } from './budgeted.js';
import { proposeNew } from './draw.js';
import { rewardsOf } from './rewards.js';
import type { CommonSettings } from './settings.js';
import type { Observation, Strategy } from './strategy.js';

/** Share of the moving average of rewards that stays when another one comes in. Source: NAS-Bench-201's baseline. */
const DECAY = 0.9;

export interface ReinforceSettings extends CommonSettings {
  /** Step of the preferences along the gradient; above 0. */
  readonly learningRate: number;
}

/** A preference for each category of each slot; all 0 is the space's own way of drawing. */
type Policy = number[][];

/**
 * REINFORCE (Williams, 1992; Zoph and Le, 2017), as a baseline of NAS-Bench-201: each slot has a softmax of its own
 * over its categories, architectures are drawn from it, and the gradient of their probability, times how far the
 * reward exceeds a moving average of rewards, moves it. Rewards are those of {@link rewardsOf}.
 *
 * The policy is learnt anew from the history each turn, the warm-up included. What the other slots leave no choice
 * is no part of it, and an architecture that is known is drawn anew.
 * @throws UsageError when a setting is out of its range.
 */
export function createReinforce({ space, settings }: { space: Space; settings: ReinforceSettings }): Strategy {
  const { seed, learningRate } = settings;
  if (!(learningRate > 0 && Number.isFinite(learningRate))) {
    throw new UsageError(`The reinforce strategy's learning rate must be above 0, not ${learningRate}.`, {
      code: 'invalid-setting',
    });
  }
  return createBudgeted({
    name: 'reinforce',
    space,
    settings,
    guide: (history, wanted) => {
      const random = createRandom(seed, 'policy', history.length);
      const policy = learn(space, history, learningRate);
      return proposeNew(() => drawFrom(policy, space, random), { space, random, history, wanted });
    },
  });
}

function learn(space: Space, history: readonly Observation[], learningRate: number): Policy {
  const policy: Policy = space.slots.map((categories) => new Array<number>(categories).fill(0));
  const rewards = rewardsOf(history.map(({ loss }) => loss));
  let baseline = 0;
  for (const [index, { encoding }] of history.entries()) {
    const reward = rewards[index] ?? 0;
    reinforce(policy, space, encoding, learningRate * (reward - baseline));
    baseline = DECAY * baseline + (1 - DECAY) * reward;
  }
  return policy;
}

/** Moves the policy along the gradient of the logarithm of the encoding's probability, in place. */
function reinforce(policy: Policy, space: Space, encoding: Encoding, step: number): void {
  for (const [slot, preferences] of policy.entries()) {
    const odds = weightsOf(policy, space, encoding.slice(0, slot));
    const total = odds.reduce((sum, each) => sum + each, 0);
    policy[slot] = preferences.map(
      (preference, category) =>
        preference + step * (Number(encoding[slot] === category) - (odds[category] ?? 0) / total),
    );
  }
}

function drawFrom(policy: Policy, space: Space, random: Random): Encoding {
  const encoding: number[] = [];
  for (const _ of space.slots) encoding.push(drawWeighted(random, weightsOf(policy, space, encoding)));
  return encoding;
}

/** The odds of the next slot's categories after these. */
function weightsOf(policy: Policy, space: Space, before: Encoding): number[] {
  const preferences = policy[before.length] ?? [];
  const logarithms = space
    .conditionalWeights(before)
    .map((odds, category) => Math.log(odds) + (preferences[category] ?? 0));
  // Against overflow.
  const highest = Math.max(...logarithms);
  return logarithms.map((logarithm) => Math.exp(logarithm - highest));
}
