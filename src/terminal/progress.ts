import { describeSuccesses } from '../jobs/search/events.js';
import type { Observed } from '../search/events.js';

/** What a progress line tells of a phase; pure, so that it is tested without a terminal or a clock. */
export interface PhaseProgress {
  readonly done: number;
  /** Null while the phase has no fixed length. */
  readonly total: number | null;
  readonly best: number;
  readonly threshold: number | null;
  readonly successes: number;
  readonly successesWanted: number | null;
  /** Seconds that this process has worked on the phase, and architectures that it observed in them. */
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

/** @param seconds since the phase began in this process. */
export function advance(progress: PhaseProgress, event: Observed, replayed: boolean, seconds: number): PhaseProgress {
  const { status } = event;
  const fresh = replayed ? 0 : 1;
  return {
    done: progress.done + 1,
    total: totalOf(event),
    best: Math.min(progress.best, event.loss),
    // The last of the warm-up sets it, and none is told good or bad by it.
    threshold: event.phase === 'warm-up' ? null : status.threshold,
    successes: status.successes,
    successesWanted: status.successesWanted,
    seconds,
    fresh: progress.fresh + fresh,
    freshSuccesses: progress.freshSuccesses + (event.good ? fresh : 0),
  };
}

/** The guided phase is as long as it takes to find as many good ones as wanted, or has what the cap leaves it. */
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

/** Remaining seconds at the pace so far; null while there is no pace to go by. */
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

/** e.g. `8.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
