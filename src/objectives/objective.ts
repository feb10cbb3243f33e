import { arrayOf, filledText, objectWith, withMethods } from '../options.js';
import type { Observation } from '../strategies/strategy.js';

/** Values of proxies by name. A value is null, or its name is missing, when there is no finite number. */
export type ProxyValues = Observation['proxyValues'];

/** The fields of an observation that an objective reads. */
export type Measured = Pick<Observation, 'loss' | 'proxyValues'>;

/** A proxy that an objective uses, and how much it counts. */
export interface WeightedProxy {
  /** The name that the sidecar is asked for, e.g. `rmi@50`. */
  readonly name: string;
  /** Whether higher or lower values are better. */
  readonly direction: 'higher' | 'lower';
  /** The needs of the measurement besides a network with fresh weights: nothing, the batch, or a training on it. */
  readonly needs: 'nothing' | 'batch' | 'training';
  /** Above 0; without effect when there is only one proxy. */
  readonly weight: number;
}

/** Scores candidates before anything is trained. */
export interface Screening {
  /** Names of the proxies that it needs; none of them needs a training. */
  readonly proxies: readonly string[];
  /**
   * @param history the observations so far
   * @param candidates proxy values of each candidate
   * @returns a number for each candidate, in order; lower is better
   */
  score(history: readonly Measured[], candidates: readonly ProxyValues[]): readonly number[];
}

/** The function that a search minimises, and the measurements of each architecture that it needs. */
export interface Objective {
  /** Identifies the objective in results and messages. */
  readonly name: string;
  /** Whether architectures are trained on the batch. */
  readonly trains: boolean;
  /** Names of the proxies to measure besides the training loss, e.g. `rmi@50`. The evaluator reports their values. */
  readonly proxies: readonly string[];
  /** Whether the objective is the training loss itself. Only then can futile trainings be stopped early. */
  readonly isLoss: boolean;
  /** How candidates can be scored without a training; null when every proxy needs one. */
  readonly screening: Screening | null;
  /**
   * Replaces the loss of each observation by the value to minimise. The value is infinite for a failed architecture.
   *
   * A pure function. The length and order stay the same, and so do all other fields. An objective may compare
   * observations with each other, but once it has seen enough of them, further observations must not change the
   * values of earlier ones. Scoring a scored history again must change nothing.
   */
  score<Scored extends Measured>(history: readonly Scored[]): readonly Scored[];
}

/** The schema of an objective of a script. */
export const objectiveOption = objectWith<Objective>('an objective: an object with a name and score()', {
  name: filledText,
  proxies: arrayOf(filledText, 'names of proxies'),
  ...withMethods('score'),
});
