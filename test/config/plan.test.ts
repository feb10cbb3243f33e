import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { loadConfig, planSearch, specificationDigest } from '../../src/config/index.js';
import { UsageError } from '../../src/errors.js';
import { specificationSchema } from '../../src/protocol/specification.js';

const CIFAR = 'SPACE.NAME infer_nb201 LOADER.BATCH_SIZE 32 OPTIM.MAX_EPOCH 150';

async function plan(words: string) {
  return planSearch(await loadConfig({ overrides: words.split(' ') }));
}

describe('the plan of XNAS on NAS-Bench-201 and CIFAR-10', () => {
  it('is the paper’s search', async () => {
    const { definitions, ...planned } = await plan(CIFAR);
    expect(definitions.space).toBe(BUILT_IN.spaces.find('nas-bench-201'));
    expect(planned).toEqual({
      specification: {
        space: 'nas-bench-201',
        network: { channels: 16, cells: 5, classes: 10, resolution: 32 },
        dataset: 'cifar10',
        batch: { size: 32, pool: 512, selection: 'lowest-teacher-loss' },
        teacher: { architecture: 'resnet20', mode: 'train' },
        optimizer: { learningRate: 0.1, momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 0.0005 },
        steps: 151,
        beta: 0.8,
        seed: 1,
        backend: 'native',
        arithmetic: 'compiled',
        precision: 'float32',
      },
      settings: {
        strategy: 'forest',
        objective: { kind: 'rmi' },
        series: null,
        warmup: 100,
        thresholdRate: 0.05,
        successes: 100,
        strategyValues: {
          'RMINAS.CANDIDATES': 1000,
          'RMINAS.SCREEN': 0,
          'RMINAS.FUTILITY': true,
          'RMINAS.AUDIT': 0.1,
        },
        answer: 'vote',
        vote: 'sum',
        voters: 50,
        ridge: 1,
        parts: [],
        confidence: 0,
        leastEvaluations: 0,
        checksAnswer: false,
        minimisesTrainingLoss: true,
        screen: 0,
        finalists: 0,
        finalistsKeys: [],
        edgeRank: 'operation-index',
        cap: 1100,
        futility: true,
        auditShare: 0.1,
        limits: {},
        latencyBatch: 1,
        pareto: null,
        proposals: 1,
        seed: 1,
        workers: 1,
        stack: 1,
        threads: 1,
        startDeadline: 120,
        workerDeadline: 120,
        device: 'auto',
        cluster: null,
      },
      outDir: 'exp/',
      profile: 'paper',
    });
  });

  it('ignores the network size of TRAIN and SPACE, as XNAS does, but not that of RMINAS', async () => {
    const ignored = await plan(`${CIFAR} TRAIN.CHANNELS 4 TRAIN.LAYERS 8 SPACE.CHANNELS 4 SPACE.LAYERS 3`);
    expect(ignored.specification.network).toMatchObject({ channels: 16, cells: 5 });
    const ours = await plan(`${CIFAR} RMINAS.CHANNELS 8 RMINAS.CELLS 1`);
    expect(ours.specification.network).toMatchObject({ channels: 8, cells: 1 });
  });

  it('passes the protocol at the ends of every range', async () => {
    const extremes = [
      'LOADER.BATCH_SIZE 65536 OPTIM.MAX_EPOCH 999999 RMINAS.CHANNELS 1024 RMINAS.CELLS 64 RNG_SEED 9007199254740991',
      'LOADER.BATCH_SIZE 2 OPTIM.MAX_EPOCH 1 RMINAS.CHANNELS 1 RMINAS.CELLS 1 RNG_SEED 0 RMINAS.LOSS_BETA 0.0',
    ];
    for (const profile of ['paper', 'xnas', 'corrected']) {
      for (const words of extremes) {
        const { specification } = await plan(`SPACE.NAME infer_nb201 RMINAS.PROFILE ${profile} ${words}`);
        expect(specificationSchema.parse(specification)).toEqual(specification);
      }
    }
  });
});

describe('the digits', () => {
  it('have their own size and teacher', async () => {
    const { specification } = await plan(`${CIFAR} LOADER.DATASET digits`);
    expect(specification).toMatchObject({
      dataset: 'digits',
      network: { classes: 10, resolution: 8 },
      teacher: { architecture: 'digits-resnet' },
    });
  });
});

describe('the cap on evaluations', () => {
  it('is the warm-up and ten evaluations per success by default', async () => {
    expect((await plan(`${CIFAR} RMINAS.RF_WARMUP 24 RMINAS.RF_SUCC 6`)).settings.cap).toBe(84);
    expect((await plan(`${CIFAR} RMINAS.MAX_EVALUATIONS 300`)).settings.cap).toBe(300);
  });
});

describe('an impossible search', () => {
  it.each([
    ['SPACE.NAME', 'infer_nb21', 'unknown-space', 'Did you mean infer_nb201?'],
    ['SPACE.NAME', 'constructor', 'unknown-space', 'constructor'],
    ['LOADER.DATASET', 'cifar-10', 'unknown-data-set', 'Did you mean cifar10?'],
    ['RMINAS.TEACHER_ARCH', 'resnet102', 'unknown-teacher', 'Did you mean resnet101?'],
    ['LOADER.NUM_CLASSES', '100', 'wrong-classes', 'has 10 classes'],
    ['SEARCH.IM_SIZE', '64', 'wrong-resolution', '32 pixels'],
    ['OPTIM.DAMPENING', '0.5', 'unusable-optimizer', 'OPTIM.NESTEROV'],
    ['RMINAS.MAX_EVALUATIONS', '99', 'cap-below-warmup', 'RMINAS.RF_WARMUP'],
  ])('%s %s: %s', async (key, value, code, part) => {
    const planning = plan(`${CIFAR} OPTIM.NESTEROV True ${key} ${value}`);
    await expect(planning).rejects.toBeInstanceOf(UsageError);
    await expect(planning).rejects.toMatchObject({ code });
    const error = (await planning.catch((reason: unknown) => reason)) as UsageError;
    expect([error.message, ...error.nextSteps].join(' ')).toContain(part);
  });
});

describe('the digest of a specification', () => {
  it('depends on its content and not on the order of its fields', async () => {
    const { specification } = await plan(CIFAR);
    const reordered = Object.fromEntries(Object.entries(specification).reverse()) as typeof specification;
    expect(specificationDigest(specification)).toMatch(/^[0-9a-f]{64}$/);
    expect(
      specificationDigest({ ...reordered, batch: { pool: 512, selection: 'lowest-teacher-loss', size: 32 } }),
    ).toBe(specificationDigest(specification));
    expect(specificationDigest({ ...specification, seed: 2 })).not.toBe(specificationDigest(specification));
  });
});
