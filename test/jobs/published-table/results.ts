/** Results of jobs, as their schemas have them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ComparisonResult, comparisonResultSchema } from '../../../src/jobs/compare/result.js';
import { type OneShotResult, oneShotResultSchema } from '../../../src/jobs/one-shot/result.js';
import { type RetrainingResult, retrainingResultSchema } from '../../../src/jobs/retrain/result.js';

const files = { folder: '/runs/one', config: 'c', journal: 'j', result: 'r', log: 'l' };
const figure = { split: 'ori-test', epochs: 200, seed: null, aggregation: 'mean over seeds', of: 15_625 };
const noTimes = { loss: null, trainSeconds: null, evalSeconds: null };

const oneShot: OneShotResult['oneShot'] = {
  method: 'gdas',
  options: { firstTemperature: 10 },
  space: 'nas-bench-201',
  network: { channels: 8, cells: 1, classes: 10, resolution: 16 },
  dataset: 'cifar10',
  recipe: {
    epochs: 12,
    batchSize: 64,
    optimizer: { learningRate: 0.025, momentum: 0.9, dampening: 0, nesterov: true, weightDecay: 5e-4 },
    minimumRate: 0.001,
    ratePer: 'step',
    architecture: { learningRate: 3e-4, weightDecay: 1e-3, beta1: 0.5 },
    trainShare: 0.5,
    images: 1000,
    judgedImages: null,
  },
};

export function oneShotResult(seed: number, accuracy: number, changes: Partial<OneShotResult> = {}): OneShotResult {
  const answer = {
    ...{
      benchmark: 'nas-bench-201',
      source: 's',
      number: 3,
      genotype: `genotype ${seed}`,
      architectures: 15_625,
      costs: {},
    },
    figures: [{ ...figure, ...noTimes, dataset: 'cifar10', accuracy, rank: 100 * seed, regret: 1, reported: true }],
  };
  return oneShotResultSchema.parse({
    ...{ schema: 1, rminas: '0.3.0', method: 'gdas', source: 'GDAS', space: 'nas-bench-201', dataset: 'cifar10', seed },
    ...{ genotype: `genotype ${seed}`, benchmark: { answer, note: '' }, alpha: null, operations: ['none'], epochs: [] },
    ...{ oneShot, oneShotDigest: 'a'.repeat(64), device: 'cpu', parameters: 1000, trainImages: 1000 },
    validationImages: 1000,
    cost: { seconds: 99, trainingSeconds: 10 * seed, judgingSeconds: 1, paths: 0, multiplyAdds: 2e11, sessions: 1 },
    files: { ...files, checkpoint: 'p' },
    notes: [],
    ...changes,
  });
}

export function comparisonResult(rows: readonly { strategy: string; objective: string }[]): ComparisonResult {
  const spread = { mean: 2, deviation: 1 };
  const cost = { seconds: spread, steps: spread, flops: spread, simulated: spread, evaluations: spread };
  const plain = { seconds: 2, steps: 2, flops: 2, simulated: 2, evaluations: 2 };
  const one = { accuracy: 94, rank: 5, regret: 0.3 };
  return comparisonResultSchema.parse({
    ...{ schema: 1, rminas: '0.3.0', space: 'nas-bench-201', dataset: 'cifar10', cost: 'flops', budget: 2 },
    ...{ benchmark: 'b', voting: null, published: null, failures: [], kinds: [] },
    series: [
      {
        ...{ dataset: 'cifar10', split: 'ori-test', epochs: 200, aggregation: 'mean', architectures: 15_625 },
        optimum: { genotype: 'g', accuracy: 94.4 },
      },
    ],
    rows: rows.map((row) => ({
      ...{ ...row, name: `${row.strategy}-${row.objective}`, cfg: 'c', unlimited: false, cost, architectures: spread },
      runs: [{ seed: 1, folder: 'f', ended: null, architectures: 2, cost: plain, genotype: 'g', figures: [one] }],
      figures: [
        {
          accuracy: { mean: 94, deviation: null },
          rank: { mean: 5, deviation: null },
          regret: { mean: 0.3, deviation: null },
          ...{ optimal: 0, asGoodAsVote: 0 },
        },
      ],
      curves: [[]],
    })),
    files: { folder: 'f', result: 'r', csv: 'c', curves: [] },
  });
}

export function retrainingResult(genotype: string, epochs: number): RetrainingResult {
  const spread = { mean: 10, deviation: null };
  const network = { channels: 36, cells: 20, classes: 10, resolution: 32 };
  const epoch = { epoch: 1, learningRate: 0.025, loss: 1, accuracy: 0.9, top5: 0.99, seconds: 1 };
  return retrainingResultSchema.parse({
    ...{ schema: 1, rminas: '0.3.0', space: 'darts', dataset: 'cifar10', genotype, recipe: 'darts-cifar' },
    retraining: {
      ...{ space: 'darts', genotype, network, dataset: 'cifar10' },
      recipe: {
        ...{
          epochs,
          batchSize: 96,
          labelSmoothing: 0,
          dropPath: 0.2,
          auxiliaryWeight: 0.4,
          cutout: 16,
          measureEvery: 1,
        },
        optimizer: { learningRate: 0.025, momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 3e-4 },
        schedule: { policy: 'cosine', warmup: { epochs: 0, factor: 0.1 }, minimum: 0 },
      },
    },
    ...{ retrainingDigest: 'd', device: 'cpu', accuracy: { mean: 90, deviation: null }, error: spread, top5: spread },
    seeds: [
      { seed: 1, accuracy: 90, error: 10, top5: 99, best: { accuracy: 90, epoch: 1 }, seconds: 1, epochs: [epoch] },
    ],
    ...{ parameters: 3_349_342, flops: 500, trainImages: 50_000, testImages: 10_000 },
    cost: { seconds: 1, trainingSeconds: 1, secondsPerEpoch: 1, sessions: 1 },
    files: { ...files, folder: `/runs/${epochs}`, checkpoints: [] },
    notes: [],
  });
}

/** Writes a result where a job would leave it. */
export function writeResult(folder: string, name: string, result: object, file = 'result.json'): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, file), JSON.stringify(result));
}
