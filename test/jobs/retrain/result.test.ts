import { describe, expect, it } from 'vitest';
import { seedResult, summarise } from '../../../src/jobs/retrain/result.js';
import type { Training } from '../../../src/protocol/retraining.js';
import { spreadOf } from '../../../src/statistics/moments.js';

function trainingOf(...accuracies: readonly (number | null)[]): Training {
  const epochs = accuracies.map((accuracy, index) => {
    const top5 = accuracy === null ? null : 0.9;
    return { epoch: index + 1, learningRate: 0.1, loss: 1, accuracy, top5, seconds: 2 };
  });
  const images = { trainImages: 10, testImages: 10 };
  return { epochs, resumedFrom: 0, parameters: 1, flops: 1, ...images, notes: [] };
}

describe('the spread of values', () => {
  it('is that of a sample', () => {
    const { mean, deviation } = spreadOf([94.1, 94.3, 94.5]);
    expect(mean).toBeCloseTo(94.3, 12);
    expect(deviation).toBeCloseTo(0.2, 12);
  });

  it('has no deviation for one value', () => {
    expect(spreadOf([3])).toEqual({ mean: 3, deviation: null });
  });

  it('is zero for equal ones', () => {
    expect(spreadOf([0.1, 0.1, 0.1]).deviation).toBeCloseTo(0, 12);
  });
});

describe('the result of a seed', () => {
  it('reports the last epoch, and notes the best', () => {
    const { accuracy, error, top5, best, seconds } = seedResult(7, trainingOf(0.5, 0.8, null, 0.75));
    expect({ accuracy, error, top5, best, seconds }).toEqual({
      accuracy: 75,
      error: 25,
      top5: 90,
      best: { accuracy: 80, epoch: 2 },
      seconds: 8,
    });
  });

  it('has the last epoch as the best if none is better', () => {
    expect(seedResult(7, trainingOf(0.5, 0.75, 0.75)).best).toEqual({ accuracy: 75, epoch: 3 });
  });

  it('cannot end without a measurement', () => {
    expect(() => seedResult(7, trainingOf(0.5, null))).toThrow();
  });

  it('is summarised over seeds', () => {
    const seeds = [0.5, 0.7].map((accuracy, seed) => seedResult(seed, trainingOf(accuracy)));
    const { accuracy, error } = summarise(seeds);
    expect(accuracy.mean).toBeCloseTo(60, 9);
    expect(error.mean).toBeCloseTo(40, 9);
    expect(accuracy.deviation).toBeCloseTo(Math.sqrt(200), 9);
    expect(error.deviation).toBeCloseTo(accuracy.deviation ?? 0, 9);
  });
});
