import type { Bound, Fit } from '../protocol/messages.js';
import type { Encoding } from '../spaces/space.js';
import type { TrainingRecord } from './futility.js';

export type Phase = 'warm-up' | 'guided';

/** One evaluated architecture, in the order in which it was proposed. */
export interface Observation extends TrainingRecord {
  readonly phase: Phase;
  readonly encoding: Encoding;
  /**
   * What the search minimises. Infinite when the training diverged or the evaluation failed. That of a stopped training
   * lies above all that the strategy needs exactly.
   */
  readonly loss: number;
  /** What the objective's proxies measured, by name; null where that is no finite number. */
  readonly proxyValues: Readonly<Record<string, number | null>>;
}

/** What a strategy wants next: architectures to evaluate, or nothing more. */
export type Ask =
  | {
      readonly kind: 'evaluate';
      readonly phase: Phase;
      readonly encodings: readonly Encoding[];
      readonly screened?: Screened | undefined;
    }
  | { readonly kind: 'stop'; readonly reason: StopReason };

export type StopReason =
  /** As many good architectures as were asked for. */
  | 'successes-reached'
  /** The cap on evaluations. */
  | 'evaluation-cap'
  /** Every architecture of the space has been evaluated. */
  | 'space-exhausted';

/** What the strategy makes of all observations so far; a function of them alone. */
export interface SearchStatus {
  /** Losses below it are good; null until the warm-up is complete. */
  readonly threshold: number | null;
  /** Why the threshold is not the plain quantile, where it is not. */
  readonly thresholdNote: string | null;
  /** Good architectures found since the warm-up. */
  readonly successes: number;
  /** As many end the search; null where only the cap does. */
  readonly successesWanted: number | null;
  readonly warmup: number;
  /** Most evaluations that the strategy will ask for. */
  readonly cap: number;
}

export interface Answer {
  readonly encoding: Encoding;
  /** The architectures that voted, best first. */
  readonly voters: readonly Observation[];
  /** How the answer came about, in words. */
  readonly note: string;
}

/**
 * What to evaluate next, when to stop, and what the answer is. A strategy keeps no state of its own: each method is
 * a function of the history, so that a run resumes by replaying it.
 */
export interface Strategy {
  readonly name: string;
  /**
   * @param capacity how many evaluations can run side by side; a guided turn needs no more than that, because whatever
   *   else it proposes is a twin of what has a score.
   */
  ask(history: readonly Observation[], capacity: number): Promise<Ask>;
  status(history: readonly Observation[]): SearchStatus;
  /**
   * Bounds beyond which a training is futile: what crosses one cannot change the answer. Empty when every training
   * is needed to its end.
   */
  bounds(history: readonly Observation[]): readonly Bound[];
  /** @throws UsageError when no architecture has a finite loss. */
  answer(history: readonly Observation[]): Answer;
}

/** The probability of being good that a forest gives each candidate; scikit-learn answers it in the sidecar. */
export type Surrogate = (request: Fit) => Promise<readonly number[]>;

/** What it took to screen a turn's candidates. */
export interface Screened {
  /** Candidates measured for it; what had been measured before is not measured again. */
  readonly measured: number;
  /** Candidates that were left out. */
  readonly skipped: number;
  readonly seconds: number;
  /** Millions of multiply-adds. */
  readonly flops: number;
}

/**
 * Tells by what needs no training which candidates deserve a closer look: they are answered best first.
 * @param least how many are wanted at least
 */
export type Screener = (
  candidates: readonly Encoding[],
  history: readonly Observation[],
  least: number,
) => Promise<{ readonly kept: readonly Encoding[]; readonly screened: Screened }>;
