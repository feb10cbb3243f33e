import type { Observation } from '../strategies/strategy.js';

/** What a search minimises, and what every architecture has to be asked for it. */
export interface Objective {
  readonly name: string;
  /** Whether architectures are trained on the batch. */
  readonly trains: boolean;
  /** What they are measured by besides, as the sidecar names it. */
  readonly proxies: readonly string[];
  /** Whether it is the loss of the training: then a training that has become futile may be stopped. */
  readonly isLoss: boolean;
  /**
   * The same architectures with what is to be minimised as their losses, infinite for those that failed. Once it has
   * enough of them to judge by, more never change what it made of the earlier ones.
   */
  judge(history: readonly Observation[]): readonly Observation[];
}

/** The paper's: the loss that the training on one batch ends with. */
export const RMI: Objective = {
  name: 'rmi',
  trains: true,
  proxies: [],
  isLoss: true,
  judge: (history) => history,
};
