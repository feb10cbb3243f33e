import { filledText, objectWith, withMethods } from '../options.js';
import type { Fit } from '../protocol/forest.js';
import type { Bound } from '../protocol/messages.js';
import type { Encoding } from '../spaces/space.js';

/** `warm-up`: random architectures that set the threshold. `guided`: everything that the strategy proposes afterwards. */
export type Phase = 'warm-up' | 'guided';

/** One evaluated architecture. A history lists observations in the order in which they were proposed. */
export interface Observation {
  readonly phase: Phase;
  /** The architecture as it was proposed; its canonical form may differ. */
  readonly encoding: Encoding;
  /**
   * The value that the search minimises, as the objective computes it. Infinite when the training diverged or the
   * evaluation failed. For a stopped training it is the last observed loss, which lies above the limit of its bounds.
   */
  readonly loss: number;
  /** Training loss before each update; null where it was not finite. Empty when nothing was trained. */
  readonly curve: readonly (number | null)[];
  /** Whether the training was stopped early as futile. */
  readonly stopped: boolean;
  /** Values of the objective's proxies by name; null where a value is not finite. */
  readonly proxyValues: Readonly<Record<string, number | null>>;
}

/** The answer to "what next?": architectures to evaluate, or the end of the search. */
export type Ask =
  | {
      readonly kind: 'evaluate';
      readonly phase: Phase;
      /** At least one. None is in the history, and none occurs twice. */
      readonly encodings: readonly Encoding[];
      /** The cost of screening; left out when no candidates were screened. */
      readonly screened?: Screened | undefined;
    }
  | { readonly kind: 'stop'; readonly reason: StopReason };

export type StopReason =
  /** The strategy found the requested number of good architectures. */
  | 'successes-reached'
  /** The answer is as sure as the search wanted it. */
  | 'confident'
  /** The history has reached the cap on evaluations. */
  | 'evaluation-cap'
  /** Every architecture of the space has been evaluated. */
  | 'space-exhausted';

/** Progress of a search; derived from the history alone. */
export interface SearchStatus {
  /** An architecture with a lower loss is good. Null until the warm-up is complete; never changes afterwards. */
  readonly threshold: number | null;
  /** Why the threshold differs from the plain quantile; null when it does not. */
  readonly thresholdNote: string | null;
  /** Good architectures found since the warm-up. */
  readonly successes: number;
  /** The number of successes that ends the search; null when only the cap ends it. */
  readonly successesWanted: number | null;
  /** Architectures in the warm-up. */
  readonly warmup: number;
  /** Most evaluations that the strategy will ask for. */
  readonly cap: number;
}

/** The architecture that a search recommends. */
export interface SearchAnswer {
  readonly encoding: Encoding;
  /** The observations that the answer is based on, best first; at least one, each from the history. */
  readonly voters: readonly Observation[];
  /** Explains the answer to the user, in one sentence. */
  readonly note: string;
  /** The order that the answer is first of; left out for an answer that the voters alone decide. */
  readonly preference?: AnswerPreference | undefined;
}

/** An order of architectures. When limits exclude the answer, the next one in this order takes its place. */
export interface AnswerPreference {
  /** Lower is better. */
  readonly value: (encoding: Encoding) => number;
  /** Whether the architecture may be the answer. */
  readonly allows: (encoding: Encoding) => boolean;
}

/** How sure an answer is, estimated from resampled histories. */
export interface AnswerConfidence {
  /** Probability that the answer is the one that many such searches agree on, 0 to 1. */
  readonly answer: number;
  /** The same for the choice of each slot of the space. */
  readonly slots: readonly number[];
  /** Mean over the resamples of the ranks that the answer is predicted to be behind the answer of the resample. */
  readonly expectedLoss: number;
  /** Number of resamples. */
  readonly resamples: number;
}

/**
 * A search strategy: it decides which architectures to evaluate, when to stop, and which one is the answer.
 *
 * The controller calls it with the history so far. Every method must be a pure function of its arguments and of what
 * the strategy was created with: the same history gives the same result on every machine, and a strategy keeps no
 * state between calls. Interrupted searches resume by replaying the history, so hidden state would change their
 * result. A strategy that needs random numbers derives them from its seed and the length of the history, for
 * example with `createRandom(seed, 'purpose', history.length)`. Methods must not modify the history.
 */
export interface Strategy {
  /** Identifies the strategy in results and messages. */
  readonly name: string;
  /**
   * Proposes the next architectures or ends the search. The controller evaluates all of them before it asks again.
   * @param history all observations so far; empty at the start
   * @param proposals how many architectures that need a training a guided turn should propose, at least 1. It may add
   *   architectures that are isomorphic to observed ones, which reuse their scores.
   */
  ask(history: readonly Observation[], proposals: number): Promise<Ask>;
  /** Computes the progress for reports. The controller calls it after each observation. */
  status(history: readonly Observation[]): SearchStatus;
  /**
   * Bounds for the trainings of the next turn. A training whose lowest loss lies above a bound at the bound's step
   * is stopped: it can no longer change the answer. The controller ignores bounds when the objective is not the
   * training loss.
   * @returns bounds by rising step; an empty list when every training must run to its end
   */
  bounds(history: readonly Observation[]): readonly Bound[];
  /**
   * Chooses the answer of a search that ends with this history.
   * @throws UsageError when no loss is finite
   */
  answer(history: readonly Observation[]): SearchAnswer;
  /**
   * Estimates how sure the answer is. Left out by a strategy that cannot tell.
   * @param answer the architecture that was answered, within the limits
   * @returns null when the rule of the answer has no estimate
   */
  confidence?(history: readonly Observation[], answer: Encoding): Promise<AnswerConfidence | null>;
  /**
   * The forest of the whole history, to explain the search. Left out by a strategy without a forest.
   * @returns a request without candidates; null when no forest has proposed anything
   */
  lastFit?(history: readonly FitObservation[]): Fit | null;
}

/** What a forest learns from. */
export type FitObservation = Pick<Observation, 'phase' | 'encoding' | 'loss'>;

/**
 * Predicts the probability that each candidate is good, from 0 to 1, in the order of `request.candidates`. The
 * built-in one is scikit-learn's random forest in the sidecar. Equal requests must get equal answers.
 */
export type Surrogate = (request: Fit) => Promise<readonly number[]>;

/** Cost of screening the candidates of one turn. */
export interface Screened {
  /** Candidates that were measured; values from earlier turns are not measured again. */
  readonly measured: number;
  /** Candidates that screening dropped. */
  readonly skipped: number;
  readonly seconds: number;
  /** Millions of multiply-adds. */
  readonly flops: number;
}

/**
 * Ranks candidates by proxies that need no training and keeps the best.
 * @param candidates encodings that are not in the history
 * @param least how many must be kept at least, if there are as many
 * @returns the kept candidates, best first, and the cost
 */
export type Screener = (
  candidates: readonly Encoding[],
  history: readonly Observation[],
  least: number,
) => Promise<{ readonly kept: readonly Encoding[]; readonly screened: Screened }>;

/** The schema of a strategy of a script. */
export const strategyOption = objectWith<Strategy>('a strategy: an object with a name and methods', {
  name: filledText,
  ...withMethods('ask', 'status', 'bounds', 'answer'),
});
