import { describe, expect, it } from 'vitest';
import { createForest, type ForestSettings } from '../../src/strategies/forest.js';
import type { Screener } from '../../src/strategies/strategy.js';
import { createTinySpace } from '../spaces/tiny-space.js';
import { runStrategy } from './conformance.js';
import { frequencySurrogate } from './frequency-surrogate.js';

const space = createTinySpace(3, 5);
const settings: ForestSettings = {
  warmup: 10,
  thresholdRate: 0.3,
  successes: 1000,
  candidates: 40,
  answer: 'vote',
  vote: 'sum',
  edgeRank: 'votes',
  voters: 5,
  cap: 30,
  futility: false,
  seed: 7,
};
const sum = (encoding: readonly number[]) => encoding.reduce((total, category) => total + category, 0);

describe('the forest with a screener', () => {
  it('ranks only the candidates that the screener keeps, and reports its cost', async () => {
    const asked: number[] = [];
    const screener: Screener = async (candidates, history, least) => {
      asked.push(candidates.length);
      expect(history.length).toBeGreaterThanOrEqual(settings.warmup);
      const kept = candidates.filter(([first]) => first === 0).slice(0, 20);
      expect(kept.length).toBeGreaterThanOrEqual(least);
      return { kept, screened: { measured: 3, skipped: candidates.length - kept.length, seconds: 1, flops: 2 } };
    };
    const forest = createForest({ space, surrogate: frequencySurrogate, screener, settings });
    const { history } = await runStrategy(forest, sum, 2);
    const guided = history.filter(({ phase }) => phase === 'guided');
    expect(guided).toHaveLength(20);
    expect(guided.every(({ encoding }) => encoding[0] === 0)).toBe(true);
    // Two at a time, plus duplicates of scored architectures.
    expect(asked).toHaveLength(6);
    // Known architectures are not candidates.
    expect(asked.every((count) => count > 20 && count <= settings.candidates)).toBe(true);
    const ask = await forest.ask(history.slice(0, settings.warmup), 2);
    expect(ask).toMatchObject({ kind: 'evaluate', phase: 'guided', screened: { measured: 3, seconds: 1, flops: 2 } });
  });

  it('does not screen the warm-up', async () => {
    const screener: Screener = () => Promise.reject(new Error('asked'));
    const forest = createForest({ space, surrogate: frequencySurrogate, screener, settings });
    expect(await forest.ask([], 2)).not.toHaveProperty('screened');
  });
});
