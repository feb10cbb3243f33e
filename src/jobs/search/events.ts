import type { Hello, Prepared, Verification } from '../../protocol/messages.js';
import type { SearchEvent } from '../../search/events.js';
import type { BenchmarkReport } from './result.js';

/** The run's folder is there, and the search is about to start or to go on. */
export interface RunOpened {
  readonly type: 'run-opened';
  readonly folder: string;
  /** Evaluations that an earlier session finished. */
  readonly recorded: number;
}

/** The sidecar has built the batch and run the teacher. */
export interface RunPrepared {
  readonly type: 'run-prepared';
  readonly hello: Hello;
  readonly prepared: Prepared;
}

/** Something that the user should know and need not act on. */
export interface Notice {
  readonly type: 'notice';
  readonly text: string;
}

/** A proper training for the verification has got this far. */
export interface Verifying {
  readonly type: 'verifying';
  readonly genotype: string;
  /** Which of the trainings this is, from 0. */
  readonly index: number;
  readonly count: number;
  /** Epochs done, and of how many. */
  readonly done: number;
  readonly total: number;
}

export interface Verified {
  readonly type: 'verified';
  readonly genotype: string;
  readonly index: number;
  readonly count: number;
  readonly verification: Verification;
}

/** What a benchmark tells of the found architecture. */
export interface BenchmarkConsulted {
  readonly type: 'benchmark-consulted';
  readonly report: BenchmarkReport;
}

/** Everything that a run tells while it goes on. */
export type RunEvent = SearchEvent | RunOpened | RunPrepared | Notice | Verifying | Verified | BenchmarkConsulted;
