import { describe, expect, it } from 'vitest';
import { advance, describeProgress, NO_PROGRESS } from '../../src/terminal/progress/phase-progress.js';
import { formatSeconds } from '../../src/terminal/units.js';
import { observedOf } from '../search/observed.js';

describe('the progress line', () => {
  it('shows done, total, best, rate and remaining time of the warm-up', () => {
    const losses = [0.9, 0.5, 0.7];
    const progress = losses.reduce((so, loss, i) => advance(so, observedOf(loss), false, 2 * (i + 1)), NO_PROGRESS);
    expect(describeProgress(progress)).toBe('3/24 · best 0.5000 · 0.50 evaluations/s · 42 s left');
  });

  it('shows threshold and successes of the guided phase, and estimates the time by the rate of successes', () => {
    const status = { ...observedOf(0).status, threshold: 0.61, successes: 2 };
    const events = [
      observedOf(0.6, { phase: 'guided', good: true, status }),
      observedOf(0.7, { phase: 'guided', good: false, status }),
    ];
    const progress = events.reduce((so, event, i) => advance(so, event, false, 5 * (i + 1)), NO_PROGRESS);
    expect(describeProgress(progress)).toBe(
      '2 evaluated · best 0.6000 · threshold 0.6100 · 2/6 good · 0.20 evaluations/s · 40 s left',
    );
  });

  it('shows the remaining evaluations up to the cap, if nothing else ends the guided phase', () => {
    const status = { ...observedOf(0).status, threshold: 0.61, successes: 1, successesWanted: null };
    const events = [
      observedOf(0.6, { phase: 'guided', good: true, status }),
      observedOf(0.7, { phase: 'guided', good: false, status }),
    ];
    const progress = events.reduce((so, event, i) => advance(so, event, false, 5 * (i + 1)), NO_PROGRESS);
    expect(describeProgress(progress)).toBe(
      '2/60 · best 0.6000 · threshold 0.6100 · 1 good · 0.20 evaluations/s · 4 min 50 s left',
    );
  });

  it('shows no threshold during the warm-up', () => {
    const status = { ...observedOf(0).status, threshold: 0.61 };
    expect(describeProgress(advance(NO_PROGRESS, observedOf(0.5, { status }), true, 1))).toBe('1/24 · best 0.5000');
  });

  it('shows no rate for evaluations of an earlier session', () => {
    const progress = advance(NO_PROGRESS, observedOf(0.5), true, 0.001);
    expect(describeProgress(progress)).toBe('1/24 · best 0.5000');
  });

  it('shows no best while every loss is infinite', () => {
    expect(describeProgress(advance(NO_PROGRESS, observedOf(Number.POSITIVE_INFINITY), true, 0))).toBe('1/24');
  });

  it.each([
    [0.04, '0.0 s'],
    [9.96, '10.0 s'],
    [59.4, '59 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 5 min'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});
