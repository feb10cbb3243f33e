import type { Evaluation } from '../protocol/messages.js';
import type { Phase, Standing, StopReason } from '../strategies/strategy.js';

/** The strategy asks for these architectures; `turn` counts from 0. */
export interface Proposed {
  readonly type: 'proposed';
  readonly turn: number;
  readonly phase: Phase;
  readonly genotypes: readonly string[];
}

/** A canonical genotype has been scored, or could not be: events of one turn come as results arrive. */
export interface Evaluated {
  readonly type: 'evaluated';
  readonly genotype: string;
  readonly seed: number;
  readonly outcome: { readonly evaluation: Evaluation } | { readonly failure: string };
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
  readonly loss: number;
  /** Null during the warm-up. */
  readonly good: boolean | null;
  readonly standing: Standing;
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
