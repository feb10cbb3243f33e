import type { Observation, Phase, Screened, SearchStatus, StopReason } from '../strategies/strategy.js';
import type { EvaluationOutcome } from './evaluator.js';

/** The strategy asks for these architectures; `turn` counts from 0. */
export interface Proposed {
  readonly type: 'proposed';
  readonly turn: number;
  readonly phase: Phase;
  readonly genotypes: readonly string[];
  /** What it took to find them, where candidates were screened. */
  readonly screened?: Screened | undefined;
}

/** A canonical genotype has been scored, or could not be: events of one turn come as results arrive. */
export interface Evaluated {
  readonly type: 'evaluated';
  readonly genotype: string;
  readonly seed: number;
  readonly outcome: EvaluationOutcome;
}

/** What the bounds would have done to a training that ignored them. */
export interface Audit {
  /** The step at which they would have stopped it; null when they would not have. */
  readonly crossed: number | null;
}

/** An architecture has entered the history; in the order proposed. Derived from the others, never journalled. */
export interface Observed {
  readonly type: 'observed';
  /** Position in the history, from 0. */
  readonly index: number;
  readonly phase: Phase;
  readonly genotype: string;
  /** What was trained for it; differs from `genotype` for a twin. */
  readonly canonical: string;
  /** Its loss is that of an equal architecture scored before. */
  readonly reused: boolean;
  /**
   * What the objective makes of it, as far as it can tell yet: during the warm-up it may change. Of a stopped training it
   * is the last one observed, which lies above the limit that its bounds protect.
   */
  readonly loss: number;
  readonly proxyValues: Observation['proxyValues'];
  /** The step at which the training was stopped as futile; null when it was not. */
  readonly stopped: number | null;
  /** Of a training that could have been stopped and went to its end all the same; null for all others, and twins. */
  readonly audit: Audit | null;
  /** Null during the warm-up. */
  readonly good: boolean | null;
  readonly status: SearchStatus;
}

/** The warm-up is complete and the threshold is fixed. Derived, never journalled. */
export interface ThresholdSet {
  readonly type: 'threshold-set';
  readonly threshold: number;
  readonly note: string | null;
}

/** The search is over. */
export interface Finished {
  readonly type: 'finished';
  readonly reason: StopReason;
  readonly genotype: string;
  readonly note: string;
  readonly voters: readonly { readonly genotype: string; readonly loss: number }[];
}

/** `replayed` is true when the event stands in the journal already. */
export type SearchEvent = (Proposed | Evaluated | Observed | ThresholdSet | Finished) & { readonly replayed: boolean };

/** What a journal must keep: from these alone the search goes on as if it had never stopped. */
export type JournalledEvent = Proposed | Evaluated | Finished;
