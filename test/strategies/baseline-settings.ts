import type { StrategyOptions } from '../../src/strategies/index.js';

/** Settings of short searches. */
export const BASELINE_SETTINGS: StrategyOptions['settings'] = {
  warmup: 10,
  thresholdRate: 0.2,
  successes: 30,
  candidates: 50,
  answer: 'best',
  vote: 'sum',
  edgeRank: 'votes',
  voters: 5,
  population: 8,
  sample: 3,
  learningRate: 0.1,
  futility: false,
  cap: 100,
  seed: 7,
};
