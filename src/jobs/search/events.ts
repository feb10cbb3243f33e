import type { Verification } from '../../protocol/messages.js';
import type { FinalistScored, SearchEvent } from '../../search/events.js';
import type { SearchStatus } from '../../strategies/strategy.js';
import { describePrepared, type Notice, type RunPrepared } from '../events.js';
import type { BenchmarkReport } from './result.js';

/** The folder of the run is open, and the search is about to start or to resume. */
export interface RunOpened {
  readonly type: 'run-opened';
  readonly folder: string;
  /** Evaluations that an earlier session finished. */
  readonly recorded: number;
}

/** Progress of a proper training for the verification. */
export interface Verifying {
  readonly type: 'verifying';
  readonly genotype: string;
  /** Number of the training, from 0. */
  readonly index: number;
  readonly count: number;
  /** Epochs done. */
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

/** The figures of the found architecture in a benchmark. */
export interface BenchmarkConsulted {
  readonly type: 'benchmark-consulted';
  readonly report: BenchmarkReport;
}

/** The events of a search. */
export type SearchJobEvent = SearchEvent | RunOpened | RunPrepared | Notice | Verifying | Verified | BenchmarkConsulted;

/** One line about an event for a log; null for an event without one. */
export function describeSearchEvent(event: SearchJobEvent): string | null {
  switch (event.type) {
    case 'run-opened':
      return event.recorded > 0
        ? `resuming ${event.folder}: ${event.recorded} evaluations are kept`
        : `run ${event.folder}`;
    case 'run-prepared':
      return describePrepared(event);
    case 'proposed':
      return event.phase === 'warm-up' ? `warm-up: ${event.genotypes.length} architectures` : null;
    case 'evaluated':
      return 'failure' in event.outcome ? `${event.genotype} failed: ${event.outcome.failure}` : null;
    case 'observed':
      return describeObserved(event);
    case 'threshold-set':
      return `threshold ${event.threshold.toPrecision(6)}${event.note ? ` (${event.note})` : ''}`;
    case 'finalist':
      return describeFinalist(event);
    case 'finished':
      return `found ${event.genotype} (${event.reason}; ${event.note})`;
    case 'notice':
      return event.text;
    case 'verifying':
      return null;
    case 'verified':
      return `verified ${event.genotype}: ${(100 * event.verification.accuracy).toFixed(2)} % held-out accuracy`;
    case 'benchmark-consulted':
      return event.report.note;
  }
}

function describeFinalist({ genotype, outcome }: FinalistScored): string {
  if ('failure' in outcome) return `finalist ${genotype} failed: ${outcome.failure}`;
  const { loss } = outcome.evaluation;
  return `finalist ${genotype} ${loss === null ? 'infinite loss' : `loss ${loss.toPrecision(6)}`}`;
}

function describeObserved(event: Extract<SearchJobEvent, { type: 'observed' }>): string {
  const { index, phase, genotype, loss, stopped, good, reused, status } = event;
  const verdict = good === null ? '' : good ? ` good ${describeSuccesses(status)}` : ' not good';
  const stop = stopped === null ? '' : ` (stopped at step ${stopped})`;
  const result = Number.isFinite(loss) ? `loss ${loss.toPrecision(6)}` : 'infinite loss';
  return `${phase} ${index + 1} ${genotype} ${result}${stop}${reused ? ' (duplicate)' : ''}${verdict}`;
}

/** Such as `3/6`, or `3` if no number is wanted. */
export function describeSuccesses({
  successes,
  successesWanted,
}: Pick<SearchStatus, 'successes' | 'successesWanted'>): string {
  return successesWanted === null ? `${successes}` : `${successes}/${successesWanted}`;
}
