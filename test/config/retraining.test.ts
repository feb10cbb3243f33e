/** Recipes of retrainings, and values that override them. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  dumpConfig,
  loadConfig,
  planRetraining,
  planSearch,
  retrainingDigest,
  textLiteral,
  unnamedSpace,
} from '../../src/config/index.js';
import { UsageError } from '../../src/errors.js';
import { retrainingSchema } from '../../src/protocol/retraining.js';

const DATA = process.env.RMINAS_TEST_DATA;
const NB201 = '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';
const CELL =
  "[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 1), " +
  "('skip_connect', 0), ('dil_conv_3x3', 2), ('skip_connect', 0), ('max_pool_3x3', 1)]";
const OTHER_CELL = CELL.replaceAll('sep_conv_3x3', 'sep_conv_5x5');
const DARTS = `Genotype(normal=${CELL}, normal_concat=[2, 3, 4, 5], reduce=${CELL}, reduce_concat=[2, 3, 4, 5])`;
const TWO_CELLS = `Genotype(normal=${CELL}, normal_concat=range(2, 6), reduce=${OTHER_CELL}, reduce_concat=range(2, 6))`;
const MACRO = '12012012';
const MB = `[${new Array(20).fill("'3x3_MBConv3'").join(', ')}]`;
const NO_WARMUP = { epochs: 0, factor: 0.1 };

const FOLDER = mkdtempSync(join(tmpdir(), 'rminas-retraining-'));
let files = 0;

function fileOf(text: string, name = 'config.yaml'): string {
  files += 1;
  const file = join(mkdtempSync(join(FOLDER, `${files}-`)), name);
  writeFileSync(file, text);
  return file;
}

async function load(genotype: string, overrides: readonly string[], file?: string) {
  const all = ['TRAIN.GENOTYPE', textLiteral(genotype), ...overrides];
  const config = await loadConfig({ file, overrides: all });
  const space = unnamedSpace(config);
  return space === null ? config : loadConfig({ file, overrides: ['SPACE.NAME', space, ...all] });
}

async function plan(genotype: string, overrides: readonly string[] = [], file?: string) {
  const planned = planRetraining(await load(genotype, overrides, file));
  expect(retrainingSchema.parse(planned.retraining)).toEqual(planned.retraining);
  return planned;
}

describe('the recipe of a space', () => {
  it('is that of NAS-Bench-201 for its cells, which identify the space', async () => {
    const { retraining, recipe, notices } = await plan(NB201);
    expect({ recipe, notices }).toEqual({ recipe: 'nas-bench-201', notices: [] });
    expect(retraining).toEqual({
      space: 'nas-bench-201',
      genotype: NB201,
      network: { channels: 16, cells: 5, classes: 10, resolution: 32 },
      dataset: 'cifar10',
      recipe: {
        epochs: 200,
        batchSize: 256,
        optimizer: { learningRate: 0.1, momentum: 0.9, dampening: 0, nesterov: true, weightDecay: 5e-4 },
        schedule: { policy: 'cosine', warmup: NO_WARMUP, minimum: 0 },
        labelSmoothing: 0,
        dropPath: 0,
        auxiliaryWeight: 0,
        cutout: 0,
        measureEvery: 1,
      },
    });
  });

  it('is that of 20 layers for DARTS on CIFAR, and may have two kinds of cells', async () => {
    const { retraining } = await plan(TWO_CELLS, ['LOADER.DATASET', 'cifar100']);
    expect(retraining).toMatchObject({
      space: 'darts',
      // The normal form travels.
      genotype: TWO_CELLS.replaceAll('range(2, 6)', '[2, 3, 4, 5]'),
      network: { channels: 36, cells: 20, classes: 100, resolution: 32 },
      recipe: {
        epochs: 600,
        batchSize: 96,
        optimizer: { learningRate: 0.025, momentum: 0.9, nesterov: false, weightDecay: 3e-4, gradientNorm: 5 },
        schedule: { policy: 'cosine', warmup: NO_WARMUP, minimum: 0 },
        labelSmoothing: 0,
        dropPath: 0.2,
        auxiliaryWeight: 0.4,
        cutout: 16,
      },
    });
  });

  it('is that of 14 layers for DARTS on ImageNet', async () => {
    const { retraining } = await plan(DARTS, ['LOADER.DATASET', 'imagenet']);
    expect(retraining).toMatchObject({
      network: { channels: 48, cells: 14, classes: 1000, resolution: 224 },
      recipe: {
        epochs: 250,
        batchSize: 128,
        optimizer: { learningRate: 0.1, weightDecay: 3e-5, gradientNorm: 5 },
        schedule: { policy: 'linear', warmup: NO_WARMUP },
        labelSmoothing: 0.1,
        dropPath: 0,
        auxiliaryWeight: 0.4,
        cutout: 0,
      },
    });
  });

  it('has a warm-up for large batches', async () => {
    const large = ['LOADER.DATASET', 'imagenet', 'LOADER.BATCH_SIZE', '1024', 'OPTIM.BASE_LR', '0.5'];
    expect((await plan(DARTS, large)).retraining.recipe.schedule.warmup).toEqual({ epochs: 4, factor: 0.2 });
    const own = await plan(DARTS, [...large, 'OPTIM.WARMUP_EPOCH', '0']);
    expect(own.retraining.recipe.schedule.warmup.epochs).toBe(0);
    const atMost = await plan(DARTS, ['LOADER.DATASET', 'imagenet', 'LOADER.BATCH_SIZE', '256']);
    expect(atMost.retraining.recipe.schedule.warmup.epochs).toBe(0);
  });

  it.each([
    ['nas-bench-macro', MACRO, 'cifar10', 50],
    ['mb', MB, 'imagenet', 250],
  ])('of %s reads its notation, be it a Python literal too', async (space, genotype, dataset, epochs) => {
    const { retraining } = await plan(genotype);
    expect(retraining).toMatchObject({ space, genotype, dataset, recipe: { epochs, auxiliaryWeight: 0, dropPath: 0 } });
  });
});

describe('a value that overrides the recipe', () => {
  it('can be an override', async () => {
    const overrides = ['OPTIM.MAX_EPOCH', '3', 'TRAIN.LAYERS', '5', 'TRAIN.CUTOUT_LENGTH', '8', 'EVAL_PERIOD', '2'];
    const { retraining } = await plan(DARTS, overrides);
    expect(retraining.network.cells).toBe(5);
    expect(retraining.recipe).toMatchObject({ epochs: 3, cutout: 8, measureEvery: 2, batchSize: 96 });
  });

  it.each([
    [['cos'], { policy: 'cosine', minimum: 0 }],
    [['step', 'OPTIM.STEPS', '[2, 5]', 'OPTIM.LR_MULT', '0.3'], { policy: 'step', milestones: [2, 5], factor: 0.3 }],
    [['exp', 'OPTIM.LR_MULT', '0.97'], { policy: 'exponential', factor: 0.97 }],
  ] as const)('is a schedule %j', async ([policy, ...rest], schedule) => {
    const { retraining } = await plan(NB201, ['OPTIM.LR_POLICY', policy, ...rest]);
    expect(retraining.recipe.schedule).toEqual({ ...schedule, warmup: NO_WARMUP });
  });

  it('can be in a file, with the space and the architecture', async () => {
    const file = fileOf(`SPACE: {NAME: infer_darts}\nOPTIM: {MAX_EPOCH: 30}\nTRAIN: {GENOTYPE: "${DARTS}"}\n`);
    const config = await loadConfig({ file });
    expect(config.purpose).toBe('retraining');
    const { retraining, notices } = planRetraining(config);
    expect(retraining).toMatchObject({ genotype: DARTS, recipe: { epochs: 30, batchSize: 96 } });
    expect(notices).toEqual([]);
    expect(() => planSearch(config)).toThrow(/how a found architecture is trained/);
  });

  it('is only the space and the data set for the file of a search', async () => {
    const text = 'SPACE: {NAME: infer_nb201}\nLOADER: {DATASET: cifar100, BATCH_SIZE: 32}\nOPTIM: {MAX_EPOCH: 150}\n';
    const file = fileOf(`${text}RMINAS: {RF_WARMUP: 24, CHANNELS: 4}\nRNG_SEED: 9\n`);
    const { retraining, seed, notices } = await plan(NB201, ['OPTIM.BASE_LR', '0.2'], file);
    expect(retraining).toMatchObject({
      dataset: 'cifar100',
      network: { channels: 16, classes: 100 },
      recipe: { epochs: 200, batchSize: 256, optimizer: { learningRate: 0.2 } },
    });
    expect(seed).toBe(9);
    expect(notices).toEqual([expect.stringContaining('describes a search')]);
  });
});

it.each([
  ['nas-bench-201', NB201, []],
  ['darts', TWO_CELLS, ['OPTIM.LR_POLICY', 'step', 'OPTIM.STEPS', '[3, 4]', 'OPTIM.WARMUP_EPOCH', '2']],
  ['imagenet', DARTS, ['LOADER.DATASET', 'imagenet', 'TRAIN.IM_SIZE', '96', 'LOADER.BATCH_SIZE', '512']],
  ['nas-bench-macro', MACRO, ['OUT_DIR', "'1'"]],
  ['mb', MB, []],
])('the completed settings of %s come to the same plan as a file', async (_, genotype, overrides) => {
  const first = await plan(genotype, overrides);
  const again = planRetraining(await loadConfig({ file: fileOf(dumpConfig(first.settings)) }));
  expect(again).toEqual({ ...first, settings: again.settings, notices: [] });
  expect(retrainingDigest(again.retraining)).toBe(retrainingDigest(first.retraining));
});

describe.skipIf(!DATA)(`the archive's own files${DATA ? '' : ' (skipped: RMINAS_TEST_DATA is not set)'}`, () => {
  const archive = (name: string) => join(DATA ?? '', 'configs/rmi_nas_archive', name);

  it('retrain on CIFAR', async () => {
    const { retraining, recipe } = await plan(DARTS, [], archive('darts_20layer_cifar.yaml'));
    const { retraining: own } = await plan(DARTS);
    expect({ recipe, retraining }).toEqual({ recipe: 'darts-cifar', retraining: own });
  });

  it('retrain on ImageNet, with batches of 32', async () => {
    const { retraining } = await plan(DARTS, [], archive('darts_14layer_imagenet.yaml'));
    const { retraining: own } = await plan(DARTS, ['LOADER.DATASET', 'imagenet', 'LOADER.BATCH_SIZE', '32']);
    expect(retraining).toEqual(own);
  });

  it.each(['nb201_cifar100.yaml', 'darts_imagenet.yaml'])('use only the data set of %s, a search', async (name) => {
    const [genotype, dataset] = name.startsWith('nb201') ? [NB201, 'cifar100'] : [DARTS, 'imagenet'];
    const { retraining, notices } = await plan(genotype, [], archive(name));
    expect(retraining).toEqual((await plan(genotype, ['LOADER.DATASET', dataset])).retraining);
    expect(notices.at(-1)).toMatch(/describes a search/);
  });
});

it('normalises behind pools, as XNAS does, unless a key says otherwise', async () => {
  expect((await plan(DARTS)).retraining.recipe).not.toHaveProperty('normalisesPools');
  const { recipe } = (await plan(DARTS, ['RMINAS.NORMALISE_POOLS', 'False'])).retraining;
  expect(recipe).toHaveProperty('normalisesPools', false);
});

describe('an impossible retraining', () => {
  it.each<[string, string, readonly string[], RegExp]>([
    ['no architecture', '', [], /No architecture/],
    ['an architecture of no space', '|conv~0|', [], /"\|conv~0\|" is not a genotype of any space/],
    ['one of another space than is named', NB201, ['SPACE.NAME', 'darts'], /is not a DARTS genotype/],
    [
      'an operation that is none',
      TWO_CELLS.replace('sep_conv_5x5', 'sep_conv_9x9'),
      ['SPACE.NAME', 'darts'],
      /sep_conv_9x9/,
    ],
    ['drop path in other networks', NB201, ['TRAIN.DROP_PATH_PROB', '0.1'], /DROP_PATH_PROB is 0\.1/],
    ['an auxiliary head in other networks', MACRO, ['TRAIN.AUX_WEIGHT', '0.4'], /AUX_WEIGHT is 0\.4/],
    [
      'pools without normalisation in other networks',
      NB201,
      ['RMINAS.NORMALISE_POOLS', 'False'],
      /NORMALISE_POOLS is False/,
    ],
    ['paths that are always dropped', DARTS, ['TRAIN.DROP_PATH_PROB', '1.0'], /DROP_PATH_PROB is 1\.0/],
    ['an unknown schedule', NB201, ['OPTIM.LR_POLICY', 'cyclic'], /LR_POLICY is 'cyclic'.*cos, linear, step, exp/],
    ['no epochs', NB201, ['OPTIM.MAX_EPOCH', '0'], /MAX_EPOCH is 0/],
    ['more epochs than anybody trains', NB201, ['OPTIM.MAX_EPOCH', '20000'], /MAX_EPOCH is 20000/],
    ['batches of one image', NB201, ['LOADER.BATCH_SIZE', '1'], /BATCH_SIZE is 1/],
    ['momentum without any', NB201, ['OPTIM.MOMENTUM', '0.0'], /NESTEROV needs a momentum/],
    ['images of another size', NB201, ['TRAIN.IM_SIZE', '64'], /TRAIN\.IM_SIZE is 64/],
    ['another number of classes', NB201, ['LOADER.NUM_CLASSES', '100'], /NUM_CLASSES is 100/],
    ['a value of the wrong type', NB201, ['TRAIN.CUTOUT_LENGTH', 'much'], /CUTOUT_LENGTH must be of type int/],
    ['an architecture that is a number', '12', [], /"12" is not a genotype of any space/],
  ])('has %s', async (_, genotype, overrides, text) => {
    const attempt = plan(genotype, overrides);
    await expect(attempt).rejects.toThrow(text);
    await expect(attempt).rejects.toBeInstanceOf(UsageError);
  });
});
