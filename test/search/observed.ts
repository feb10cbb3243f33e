import type { Observed } from '../../src/search/events.js';

/** An observed event in the middle of a warm-up, with changes. */
export function observedOf(loss: number, over: Partial<Observed> = {}): Observed {
  const status = { threshold: null, thresholdNote: null, successes: 0, successesWanted: 6, warmup: 24, cap: 84 };
  return {
    type: 'observed',
    index: 0,
    phase: 'warm-up',
    genotype: 'g',
    canonical: 'g',
    reused: false,
    loss,
    proxyValues: {},
    stopped: null,
    audit: null,
    good: null,
    status,
    ...over,
  };
}
