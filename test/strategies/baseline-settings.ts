import type { StrategySettings } from '../../src/strategies/index.js';

/** Settings of short searches. */
export const BASELINE_SETTINGS = {
  warmup: 10,
  thresholdRate: 0.2,
  successes: 30,
  edgeRank: 'votes',
  minimisesTrainingLoss: false,
  population: 8,
  sample: 3,
  learningRate: 0.1,
  cap: 100,
  seed: 7,
  answer: 'best',
  vote: 'sum',
  voters: 5,
  strategyValues: {
    'RMINAS.CANDIDATES': 50,
    'RMINAS.FUTILITY': false,
    'RMINAS.EVOLUTION_POPULATION': 8,
    'RMINAS.EVOLUTION_SAMPLE': 3,
    'RMINAS.REINFORCE_RATE': 0.1,
    'RMINAS.THOMPSON_CANDIDATES': 50,
    'RMINAS.THOMPSON_ELITE': 2,
  },
} satisfies StrategySettings & { population: number; sample: number; learningRate: number };
