import { describeSuccesses } from '../../jobs/search/events.js';
import type { Observed } from '../../search/events.js';
import { formatSeconds } from '../units.js';

/** The state behind a progress line. It is pure: tests need neither a terminal nor a clock. */
export interface PhaseProgress {
  readonly done: number;
  /** Null while the phase has no fixed length. */
  readonly total: number | null;
  readonly best: number;
  readonly threshold: number | null;
  readonly successes: number;
  readonly successesWanted: number | null;
  /** Seconds that this process has spent on the phase, and architectures that it has observed in them. */
  readonly seconds: number;
  readonly fresh: number;
  readonly freshSuccesses: number;
}

export const NO_PROGRESS: PhaseProgress = {
  done: 0,
  total: null,
  best: Number.POSITIVE_INFINITY,
  threshold: null,
  successes: 0,
  successesWanted: 0,
  seconds: 0,
  fresh: 0,
  freshSuccesses: 0,
};

/** @param seconds time since the phase began in this process */
export function advance(progress: PhaseProgress, event: Observed, replayed: boolean, seconds: number): PhaseProgress {
  const { status } = event;
  const fresh = replayed ? 0 : 1;
  return {
    done: progress.done + 1,
    total: totalOf(event),
    best: Math.min(progress.best, event.loss),
    // The last architecture of the warm-up sets the threshold; it applies from the guided phase on.
    threshold: event.phase === 'warm-up' ? null : status.threshold,
    successes: status.successes,
    successesWanted: status.successesWanted,
    seconds,
    fresh: progress.fresh + fresh,
    freshSuccesses: progress.freshSuccesses + (event.good ? fresh : 0),
  };
}

/** The guided phase ends after enough good architectures; without such a number it ends at the cap. */
function totalOf({ phase, status }: Observed): number | null {
  if (phase === 'warm-up') return status.warmup;
  return status.successesWanted === null ? status.cap - status.warmup : null;
}

/** e.g. `13/24 · best 0.5123 · threshold 0.61 · 3/6 good · 0.31 evaluations/s · 35 s left`. */
export function describeProgress(progress: PhaseProgress): string {
  const { done, total, best, threshold, seconds, fresh } = progress;
  const parts = [total === null ? `${done} evaluated` : `${done}/${total}`];
  if (Number.isFinite(best)) parts.push(`best ${best.toPrecision(4)}`);
  if (threshold !== null) {
    parts.push(`threshold ${threshold.toPrecision(4)}`, `${describeSuccesses(progress)} good`);
  }
  if (fresh > 0 && seconds > 0) parts.push(`${formatRate(fresh / seconds)} evaluations/s`);
  const left = secondsLeft(progress);
  if (left !== null && left > 0) parts.push(`${formatSeconds(left)} left`);
  return parts.join(' · ');
}

/** The remaining seconds at the current pace; null while the pace is unknown. */
function secondsLeft({
  done,
  total,
  successes,
  successesWanted,
  seconds,
  fresh,
  freshSuccesses,
}: PhaseProgress): number | null {
  if (total !== null) return fresh > 0 ? ((total - done) * seconds) / fresh : null;
  if (successesWanted === null || freshSuccesses === 0) return null;
  return ((successesWanted - successes) * seconds) / freshSuccesses;
}

function formatRate(rate: number): string {
  return rate >= 10 ? rate.toFixed(0) : rate.toPrecision(2);
}
