import type { Specification } from '../protocol/specification.js';

/**
 * What a profile decides of an evaluation. The published codes disagree with the paper and with each other; a
 * profile is one consistent reading of them, resolved here into plain fields and never asked for again.
 */
export interface Profile {
  readonly selection: Specification['batch']['selection'];
  readonly teacherMode: Specification['teacher']['mode'];
  /**
   * Losses to observe, of which the last is the score.
   * @param maxEpoch OPTIM.MAX_EPOCH, the updates that are asked for
   * @param observed index of the loss that the paper's code looks at in this space
   */
  steps(maxEpoch: number, observed: number): number;
}

export const PROFILE_NAMES = ['paper', 'xnas', 'corrected'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

const everyUpdate = (maxEpoch: number): number => maxEpoch;

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  /** The archive's code (RMINAS_nb201.py): it breaks off at index OBSERVE_EPO, which is one loss more than the number. */
  paper: {
    selection: 'lowest-teacher-loss',
    teacherMode: 'train',
    steps: (maxEpoch, observed) => Math.min(observed, maxEpoch) + 1,
  },
  /** XNAS (scripts/search/RMINAS.py): the selected samples are computed and not used, and MAX_EPOCH losses are observed. */
  xnas: { selection: 'all', teacherMode: 'train', steps: everyUpdate },
  /** What the paper describes: the selected samples, and a teacher that is not in training mode. */
  corrected: { selection: 'lowest-teacher-loss', teacherMode: 'eval', steps: everyUpdate },
};
