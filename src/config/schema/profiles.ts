import type { Specification } from '../../protocol/specification.js';
import type { EdgeRank } from '../../spaces/space.js';

/**
 * What a profile decides of an evaluation and of the vote. The published codes disagree with the paper and with each
 * other; a profile is one consistent reading of them, resolved here into plain fields and never asked for again.
 */
export interface Profile {
  readonly selection: Specification['batch']['selection'];
  readonly teacherMode: Specification['teacher']['mode'];
  /** How the vote of `darts` ranks edges. */
  readonly edgeRank: EdgeRank;
  /**
   * Losses to observe, of which the last is the score.
   * @param maxEpoch OPTIM.MAX_EPOCH, the updates that are asked for
   * @param observed index of the loss that the paper's code looks at in this space; null where it has no such space
   */
  steps(maxEpoch: number, observed: number | null): number;
}

export const PROFILE_NAMES = ['paper', 'xnas', 'corrected'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

const everyUpdate = (maxEpoch: number): number => maxEpoch;

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  /** The archive's code (RMINAS_nb201.py): it breaks off at index OBSERVE_EPO, which is one loss more than the number. */
  paper: {
    selection: 'lowest-teacher-loss',
    teacherMode: 'train',
    edgeRank: 'operation-index',
    steps: (maxEpoch, observed) => (observed === null ? maxEpoch : Math.min(observed, maxEpoch) + 1),
  },
  /** XNAS (scripts/search/RMINAS.py): the selected samples are computed and not used, and MAX_EPOCH losses are observed. */
  xnas: { selection: 'all', teacherMode: 'train', edgeRank: 'operation-index', steps: everyUpdate },
  /** What the paper describes: the selected samples, a teacher that is not in training mode, and votes that count. */
  corrected: { selection: 'lowest-teacher-loss', teacherMode: 'eval', edgeRank: 'votes', steps: everyUpdate },
};
