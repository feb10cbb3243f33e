import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Heartbeat } from '../../src/sidecar/heartbeat.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function heartbeat(deadlineMs: number) {
  const beat = vi.fn();
  const silent = vi.fn();
  return { beat, silent, heartbeat: new Heartbeat({ deadlineMs, beat, onSilence: silent }) };
}

it('beats every second, and more often when the deadline is short', () => {
  const long = heartbeat(15_000);
  const short = heartbeat(500);
  vi.advanceTimersByTime(3000);
  expect(long.beat).toHaveBeenCalledTimes(3);
  expect(short.beat).toHaveBeenCalledTimes(30);
});

it('reports silence once, after the deadline', () => {
  const { heartbeat: subject, beat, silent } = heartbeat(15_000);
  subject.watch();
  vi.advanceTimersByTime(15_000);
  expect(silent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(silent).toHaveBeenCalledOnce();
  expect(beat).toHaveBeenCalledTimes(15);
});

it('does not report silence before it watches the peer', () => {
  const { silent } = heartbeat(1000);
  vi.advanceTimersByTime(60_000);
  expect(silent).not.toHaveBeenCalled();
});

it('counts from the last message', () => {
  const { heartbeat: subject, silent } = heartbeat(5000);
  subject.watch();
  for (let second = 0; second < 60; second += 4) {
    vi.advanceTimersByTime(4000);
    subject.heard();
  }
  expect(silent).not.toHaveBeenCalled();
});

it('does not count the time in which this process was suspended', () => {
  const { heartbeat: subject, silent } = heartbeat(15_000);
  subject.watch();
  vi.advanceTimersByTime(1000);
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(1000);
  expect(silent).not.toHaveBeenCalled();
});

it('stops beating', () => {
  const { heartbeat: subject, beat } = heartbeat(1000);
  subject.stop();
  vi.advanceTimersByTime(10_000);
  expect(beat).not.toHaveBeenCalled();
});
