import type { Space, VoteRules } from '../spaces/space.js';
import { checkVoteMethod } from '../spaces/vote.js';
import { type CommonSettings, checkCommonSettings, checkCounts } from './settings.js';

/** Who finds the answer: the best good architectures by vote, or the best one alone. */
export const ANSWERS = ['vote', 'best'] as const;

export interface ForestSettings extends CommonSettings {
  /** Good architectures to find after the warm-up; at least 1. */
  readonly successes: number;
  /** Distinct random architectures that the forest chooses from in a turn; at least 1. */
  readonly candidates: number;
  readonly answer: (typeof ANSWERS)[number];
  readonly vote: VoteRules['method'];
  readonly edgeRank: VoteRules['edgeRank'];
  /** Most good architectures that vote; at least 1. */
  readonly voters: number;
  /** Whether a training may be stopped once it is futile. */
  readonly futility: boolean;
}

/** @throws UsageError when a setting is out of its range or the space has no such vote. */
export function checkSettings(settings: ForestSettings, space: Space): void {
  const { successes, candidates, voters } = settings;
  checkVoteMethod(space, settings.vote);
  checkCommonSettings('forest', settings);
  checkCounts('forest', { successes, candidates, voters });
}
