import { UsageError } from '../errors.js';
import type { Space, VoteRules } from '../spaces/space.js';
import { checkVoteMethod } from '../spaces/vote.js';

export interface ForestSettings {
  /** Distinct random architectures before the first guided one; at least 1. */
  readonly warmup: number;
  /** Quantile of the warm-up's losses below which an architecture is good; 0 to 1. */
  readonly thresholdRate: number;
  /** Good architectures to find after the warm-up; at least 1. */
  readonly successes: number;
  /** Distinct random architectures that the forest chooses from in a turn; at least 1. */
  readonly candidates: number;
  readonly vote: VoteRules['method'];
  readonly edgeRank: VoteRules['edgeRank'];
  /** Most good architectures that vote; at least 1. */
  readonly voters: number;
  /** Most evaluations; at least 1. */
  readonly cap: number;
  /** Whether a training may be stopped once it is futile. */
  readonly futility: boolean;
  /** The run's seed, in [0, 2^53). */
  readonly seed: number;
}

/** @throws UsageError when a setting is out of its range or the space has no such vote. */
export function checkSettings(settings: ForestSettings, space: Space): void {
  checkVoteMethod(space, settings.vote);
  for (const name of ['warmup', 'successes', 'candidates', 'voters', 'cap'] as const) {
    if (Number.isInteger(settings[name]) && settings[name] >= 1) continue;
    throw new UsageError(`The forest strategy's ${name} must be a whole number from 1 up, not ${settings[name]}.`, {
      code: 'invalid-setting',
    });
  }
  if (settings.thresholdRate >= 0 && settings.thresholdRate <= 1) return;
  throw new UsageError(
    `The forest strategy's threshold rate must lie in 0 to 1, but it is ${settings.thresholdRate}.`,
    {
      code: 'invalid-setting',
    },
  );
}
