import type { Observation } from '../strategies/strategy.js';

/** What proxies measured of an architecture, by name; null, like a name that is missing, where there is no finite number. */
export type ProxyValues = Observation['proxyValues'];

/** What an objective makes a loss of. */
export type Measured = Pick<Observation, 'loss' | 'proxyValues'>;

/** A proxy as a part of an objective. */
export interface WeightedProxy {
  /** As the sidecar names it, e.g. `rmi@50`. */
  readonly name: string;
  /** Which of its values are the better ones. */
  readonly direction: 'higher' | 'lower';
  /** What measuring it takes besides a fresh network: the batch, or a training on the batch. */
  readonly needs: 'nothing' | 'batch' | 'training';
  /** Above 0; of no meaning where there is no other part. */
  readonly weight: number;
}

/** How an objective tells architectures apart before anything is trained. */
export interface Screening {
  /** What it needs of them. */
  readonly proxies: readonly string[];
  /** A number an architecture, lower is better. @param history what has been evaluated so far */
  score(history: readonly Measured[], candidates: readonly ProxyValues[]): readonly number[];
}

/** What a search minimises, and what every architecture has to be asked for it. */
export interface Objective {
  readonly name: string;
  /** Whether architectures are trained on the batch. */
  readonly trains: boolean;
  /** What they are measured by besides that loss, as the sidecar names it. */
  readonly proxies: readonly string[];
  /** Whether it is the loss of the training: then a training that has become futile may be stopped. */
  readonly isLoss: boolean;
  /** Null where all that it goes by takes a training. */
  readonly screening: Screening | null;
  /**
   * The same architectures with what is to be minimised as their losses, infinite for those that failed. Once it has
   * enough of them to judge by, more never change what it made of the earlier ones. Judging twice is judging once.
   */
  score<Observed extends Measured>(history: readonly Observed[]): readonly Observed[];
}

/** The paper's: the loss that the training on one batch ends with. */
export const RMI: Objective = {
  name: 'rmi',
  trains: true,
  proxies: [],
  isLoss: true,
  screening: null,
  score: (history) => history,
};
