import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Pulse } from '../../src/sidecar/heartbeat.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function pulse(deadlineMs: number) {
  const beat = vi.fn();
  const silent = vi.fn();
  return { beat, silent, pulse: new Pulse({ deadlineMs, beat, silent }) };
}

it('beats every second, and more often when the deadline is short', () => {
  const long = pulse(15_000);
  const short = pulse(500);
  vi.advanceTimersByTime(3000);
  expect(long.beat).toHaveBeenCalledTimes(3);
  expect(short.beat).toHaveBeenCalledTimes(30);
});

it('calls the peer silent once, when it has missed the deadline', () => {
  const { pulse: subject, beat, silent } = pulse(15_000);
  subject.listen();
  vi.advanceTimersByTime(15_000);
  expect(silent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(silent).toHaveBeenCalledOnce();
  expect(beat).toHaveBeenCalledTimes(15);
});

it('expects nothing of a peer that it is not listening to', () => {
  const { silent } = pulse(1000);
  vi.advanceTimersByTime(60_000);
  expect(silent).not.toHaveBeenCalled();
});

it('counts from what it has heard last', () => {
  const { pulse: subject, silent } = pulse(5000);
  subject.listen();
  for (let second = 0; second < 60; second += 4) {
    vi.advanceTimersByTime(4000);
    subject.heard();
  }
  expect(silent).not.toHaveBeenCalled();
});

it('holds nothing against the peer when this process was suspended', () => {
  const { pulse: subject, silent } = pulse(15_000);
  subject.listen();
  vi.advanceTimersByTime(1000);
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(1000);
  expect(silent).not.toHaveBeenCalled();
});

it('stops', () => {
  const { pulse: subject, beat } = pulse(1000);
  subject.stop();
  vi.advanceTimersByTime(10_000);
  expect(beat).not.toHaveBeenCalled();
});
