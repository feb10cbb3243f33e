import type { Specification } from '../../protocol/specification.js';
import type { EdgeRank } from '../../spaces/space.js';

/**
 * The decisions of a profile on evaluations and votes. The published codes disagree with the paper and with each other;
 * a profile is one consistent reading of them. A plan contains its decisions, so that no later code asks for its name.
 */
export interface Profile {
  readonly selection: Specification['batch']['selection'];
  readonly teacherMode: Specification['teacher']['mode'];
  /** How the vote of a space that leaves out edges ranks them. */
  readonly edgeRank: EdgeRank;
  /**
   * Losses to observe; the last one is the score.
   * @param maxEpoch OPTIM.MAX_EPOCH
   * @param observed index of the loss that the code of the archive observes in this space; null when it lacks the space
   */
  steps(maxEpoch: number, observed: number | null): number;
}

export const PROFILE_NAMES = ['paper', 'xnas', 'corrected'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

const everyUpdate = (maxEpoch: number): number => maxEpoch;

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  /** The code of the archive (RMINAS_nb201.py): it stops at index OBSERVE_EPO, after OBSERVE_EPO + 1 losses. */
  paper: {
    selection: 'lowest-teacher-loss',
    teacherMode: 'train',
    edgeRank: 'operation-index',
    steps: (maxEpoch, observed) => (observed === null ? maxEpoch : Math.min(observed, maxEpoch) + 1),
  },
  /** XNAS (scripts/search/RMINAS.py): it computes the selected images, trains on all, and observes MAX_EPOCH losses. */
  xnas: { selection: 'all', teacherMode: 'train', edgeRank: 'operation-index', steps: everyUpdate },
  /** The text of the paper: selected images, a teacher in evaluation mode, and edges ranked by votes. */
  corrected: { selection: 'lowest-teacher-loss', teacherMode: 'eval', edgeRank: 'votes', steps: everyUpdate },
};
