import type {
  AnswerConfidence,
  Observation,
  Phase,
  Screened,
  SearchStatus,
  StopReason,
} from '../strategies/strategy.js';
import type { EvaluationOutcome } from './evaluator.js';

/** The strategy has proposed architectures. */
export interface Proposed {
  readonly type: 'proposed';
  /** Number of the turn, from 0. */
  readonly turn: number;
  readonly phase: Phase;
  readonly genotypes: readonly string[];
  /** Cost of screening; left out when no candidates were screened. */
  readonly screened?: Screened | undefined;
}

/** A canonical genotype has been evaluated, or its evaluation failed. Within a turn these events come in any order. */
export interface Evaluated {
  readonly type: 'evaluated';
  readonly genotype: string;
  readonly seed: number;
  readonly outcome: EvaluationOutcome;
}

/** The last round has scored a finalist, or its training failed. These events come in any order. */
export interface FinalistScored {
  readonly type: 'finalist';
  /** Canonical. */
  readonly genotype: string;
  readonly seed: number;
  readonly outcome: EvaluationOutcome;
}

/** The effect that bounds would have had on a training that ignored them. */
export interface Audit {
  /** The step at which the bounds would have stopped it; null when they would not have. */
  readonly crossed: number | null;
}

/** An architecture has entered the history, in the order of proposals. Derived from other events, never journalled. */
export interface Observed {
  readonly type: 'observed';
  /** Position in the history, from 0. */
  readonly index: number;
  readonly phase: Phase;
  /** The proposed architecture. */
  readonly genotype: string;
  /** Its canonical form, which was evaluated; differs for an isomorphic architecture. */
  readonly canonical: string;
  /** Whether it has the score of an isomorphic architecture that was observed earlier. */
  readonly reused: boolean;
  /**
   * The objective's value. It may change during the warm-up, for an objective that compares architectures. For a
   * stopped training it is the last observed loss, which lies above the limit of its bounds.
   */
  readonly loss: number;
  readonly proxyValues: Observation['proxyValues'];
  /** The step at which the training was stopped as futile; null when it ran to its end. */
  readonly stopped: number | null;
  /** For a training that ignored bounds: their effect. Null for all others and for reused scores. */
  readonly audit: Audit | null;
  /** Whether the loss is below the threshold; null during the warm-up. */
  readonly good: boolean | null;
  readonly status: SearchStatus;
}

/** The warm-up is complete and has set the threshold. Derived from other events, never journalled. */
export interface ThresholdSet {
  readonly type: 'threshold-set';
  readonly threshold: number;
  readonly note: string | null;
}

/** The search has ended with an answer. */
export interface Finished {
  readonly type: 'finished';
  readonly reason: StopReason;
  readonly genotype: string;
  readonly note: string;
  readonly voters: readonly { readonly genotype: string; readonly loss: number }[];
  /** How sure the answer is; left out when its rule has no estimate. */
  readonly confidence?: AnswerConfidence | undefined;
}

/** Any event of a search. `replayed` is true when the event, or all that it derives from, is in the journal already. */
export type SearchEvent = (Proposed | Evaluated | Observed | ThresholdSet | FinalistScored | Finished) & {
  readonly replayed: boolean;
};

/** The events that a journal must contain. A search resumes from them as if it had never stopped. */
export type JournalledEvent = Proposed | Evaluated | FinalistScored | Finished;
