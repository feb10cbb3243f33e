/** Plans of one-shot searches: published defaults, files of XNAS, and invalid ones. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dumpConfig } from '../../../src/config/index.js';
import { UsageError } from '../../../src/errors.js';
import {
  type NewOneShot,
  oneShotHeaderOf,
  planNewOneShot,
  planResumedOneShot,
} from '../../../src/jobs/one-shot/plan.js';
import { jobFolderAt } from '../../../src/store/folder.js';

const NB201 = ['SPACE.NAME', 'nas-bench-201'];

async function recipeOf(method: string, ...overrides: string[]) {
  const { oneShot } = await planNewOneShot({ method, overrides });
  return { ...oneShot, ...oneShot.recipe };
}

/** A file in the form of XNAS's `configs/search`. */
function fileOf(content: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'rminas-one-shot-')), 'search.yaml');
  writeFileSync(file, content);
  return file;
}

const xnas = (space: string, dataset: string, more: string) =>
  fileOf(
    `SPACE:\n  NAME: '${space}'\n  CHANNELS: 16\n  LAYERS: 5\n  NODES: 4\nLOADER:\n  DATASET: '${dataset}'\n` +
      `  SPLIT: [0.5, 0.5]\n  BATCH_SIZE: 32\n  NUM_CLASSES: 10\nSEARCH:\n  IM_SIZE: 32\n${more}`,
  );

describe('the defaults', () => {
  it('are those of the searches on NAS-Bench-201', async () => {
    expect(await recipeOf('darts-2', ...NB201)).toMatchObject({
      space: 'nas-bench-201',
      network: { channels: 16, cells: 5, classes: 10, resolution: 32 },
      dataset: 'cifar10',
      epochs: 50,
      batchSize: 64,
      optimizer: { learningRate: 0.025, momentum: 0.9, nesterov: true, weightDecay: 5e-4, gradientNorm: 5 },
      minimumRate: 0.001,
      ratePer: 'step',
      architecture: { learningRate: 3e-4, weightDecay: 1e-3, beta1: 0.5 },
      trainShare: 0.5,
      images: null,
    });
  });

  it('are those of DARTS in its own space', async () => {
    expect(await recipeOf('darts-1')).toMatchObject({
      space: 'darts',
      network: { channels: 16, cells: 8 },
      optimizer: { nesterov: false, weightDecay: 3e-4 },
      ratePer: 'epoch',
    });
  });

  it.each<[string, object]>([
    ['gdas', { epochs: 250, options: { firstTemperature: 10, lastTemperature: 0.1, addsOthers: true } }],
    [
      'snas',
      { epochs: 150, options: { firstTemperature: 1, lastTemperature: 0.03, resourceWeight: 1.5e-3, dropPath: 0.3 } },
    ],
    ['pc-darts', { batchSize: 256, minimumRate: 0, options: { share: 4, frozenEpochs: 15 } }],
    ['fairdarts', { batchSize: 128, architecture: { learningRate: 3e-3, weightDecay: 1e-3, beta1: 0.9 } }],
    ['fairnas', { epochs: 250, batchSize: 256, minimumRate: 0, options: { population: 50, generations: 20 } }],
    ['drnas', { epochs: 100, options: { share: 1 } }],
    ['spos', { batchSize: 128, epochs: 50 }],
    ['random', { epochs: 250, options: { candidates: 100 } }],
  ])('of %s are published ones', async (method, expected) => {
    expect(await recipeOf(method, ...NB201)).toMatchObject(expected);
  });

  it('of random in the DARTS space are those of its code', async () => {
    const expected = {
      epochs: 100,
      optimizer: { gradientNorm: 0.25 },
      options: { candidates: 1000 },
      judgedImages: 640,
    };
    expect(await recipeOf('random')).toMatchObject(expected);
  });

  it('have no precision, so that earlier plans keep their digest', async () => {
    expect(await recipeOf('gdas')).not.toHaveProperty('precision');
    expect(await recipeOf('gdas', 'ONESHOT.PRECISION', 'bf16')).toMatchObject({ precision: 'bf16' });
  });

  it('give way to KEY VALUE pairs', async () => {
    const pairs = ['OPTIM.MAX_EPOCH', '3', 'RMINAS.CHANNELS', '8', 'ONESHOT.IMAGES', '1000', 'DRNAS.TAU', '[1, 5]'];
    expect(await recipeOf('gdas', ...NB201, ...pairs)).toMatchObject({
      epochs: 3,
      network: { channels: 8, cells: 5 },
      images: 1000,
      options: { firstTemperature: 5, lastTemperature: 1 },
    });
  });

  it('replace the training in a file of a search, but not its size', async () => {
    const { oneShot, notices } = await planNewOneShot({ method: 'gdas', cfg: 'quickstart' });
    expect(oneShot).toMatchObject({
      dataset: 'digits',
      network: { channels: 8, cells: 1, resolution: 8 },
      recipe: { epochs: 250, batchSize: 64 },
    });
    expect(notices.join('\n')).toMatch(/describes a search: only its space, its data set and its size are used/);
  });
});

describe("XNAS's files", () => {
  it('load with their own names of spaces, and set the recipe', async () => {
    const cfg = xnas('gdas_nb201', 'cifar10', "OPTIM:\n  MAX_EPOCH: 100\nDRNAS:\n  METHOD: 'gdas'\n  TAU: [1, 10]\n");
    const { oneShot, notices } = await planNewOneShot({ method: 'gdas', cfg });
    expect(oneShot).toMatchObject({
      space: 'nas-bench-201',
      options: { firstTemperature: 10, lastTemperature: 1 },
      recipe: { epochs: 100, batchSize: 32, trainShare: 0.5 },
    });
    expect(notices).toEqual([]);
  });

  it('get a notice where the method decides otherwise', async () => {
    const cfg = xnas(
      'nasbench201',
      'cifar10',
      "DARTS:\n  UNROLLED: True\nDRNAS:\n  METHOD: 'snas'\nSPOS:\n  LAYERS: 90\n",
    );
    const { notices } = await planNewOneShot({ method: 'darts-1', cfg });
    const told = notices.join('\n');
    expect(told).toMatch(/DARTS\.UNROLLED is True \(line \d+ of .*\) and not read: the method darts-1 decides/);
    expect(told).toMatch(/DRNAS\.METHOD is 'snas'/);
    expect(told).toMatch(/SPOS\.LAYERS is 90/);
  });

  it.each([
    ['DRNAS:\n  PROGRESSIVE: True\n', /DRNAS\.PROGRESSIVE is True .*have only False/],
    ["DRNAS:\n  REG_TYPE: 'kl'\n", /DRNAS\.REG_TYPE is 'kl' .*have only 'l2'/],
    ["OPTIM:\n  LR_POLICY: 'step'\n", /OPTIM\.LR_POLICY is 'step'/],
    ['LOADER:\n  SPLIT: [1.0, 0.0]\n', /LOADER\.SPLIT is \[1\.0, 0\.0\]/],
  ])('are refused with the name of the key: %j', async (more, text) => {
    const attempt = planNewOneShot({ method: 'drnas', cfg: fileOf(`SPACE:\n  NAME: 'drnas_nb201'\n${more}`) });
    await expect(attempt).rejects.toThrow(text);
    await expect(attempt).rejects.toBeInstanceOf(UsageError);
  });

  it('of another space name it', async () => {
    const attempt = planNewOneShot({ method: 'spos', cfg: fileOf("SPACE:\n  NAME: 'spos'\n") });
    await expect(attempt).rejects.toThrow(/no space 'spos'.*SPACE\.NAME/);
  });
});

describe('a one-shot search', () => {
  it.each<[string, NewOneShot, RegExp]>([
    ['no method', {}, /No method was named/],
    ['an unknown method', { method: 'darts2' }, /no one-shot method 'darts2'. Did you mean 'darts-2'/],
    ['a space without a supernet', { method: 'gdas', overrides: ['SPACE.NAME', 'mb'] }, /The space mb has no supernet/],
    ['a method in another space', { method: 'fairnas' }, /fairnas was not published for the space darts/],
    ['a share that does not divide', { method: 'pc-darts', overrides: ['RMINAS.CHANNELS', '6'] }, /DRNAS\.K is 4/],
    ['one temperature', { method: 'gdas', overrides: ['DRNAS.TAU', '[1]'] }, /DRNAS\.TAU has 1 numbers/],
    ['no channels', { method: 'gdas', overrides: ['SPACE.CHANNELS', '0'] }, /SPACE\.CHANNELS is 0/],
  ])('cannot have %s', async (_, options, text) => {
    const attempt = planNewOneShot(options);
    await expect(attempt).rejects.toThrow(text);
    await expect(attempt).rejects.toBeInstanceOf(UsageError);
  });

  it.each(['gdas', 'pc-darts', 'spos'])('has a config.yaml that gives the same plan: %s', async (method) => {
    const planned = await planNewOneShot({
      method,
      overrides: [...NB201, 'LOADER.SPLIT', '[0.7, 0.3]', 'RNG_SEED', '4'],
    });
    const folder = jobFolderAt(mkdtempSync(join(tmpdir(), 'rminas-one-shot-')));
    mkdirSync(folder.path, { recursive: true });
    writeFileSync(folder.config, dumpConfig(planned.settings));
    const header = oneShotHeaderOf(planned);
    const resumed = await planResumedOneShot({ folder, header });
    expect(resumed.oneShot).toEqual(planned.oneShot);
    expect(resumed.seed).toBe(4);
    expect(resumed.notices).toEqual([]);
    writeFileSync(folder.config, dumpConfig(planned.settings).replace('MAX_EPOCH: ', 'MAX_EPOCH: 1'));
    await expect(planResumedOneShot({ folder, header })).rejects.toThrow(/OPTIM\.MAX_EPOCH was/);
  });
});

const home = process.env.XNAS_HOME;
describe.skipIf(!home)(`the files in configs/search of XNAS${home ? '' : ' (skipped: XNAS_HOME is not set)'}`, () => {
  it.each([
    ['darts-2', 'darts_darts_cifar10', { space: 'darts', recipe: { epochs: 50, batchSize: 64 } }],
    ['darts-2', 'darts_nasbench201_cifar10', { space: 'nas-bench-201', recipe: { batchSize: 32 } }],
    ['gdas', 'gdas_nasbench201_cifar10', { options: { firstTemperature: 10, lastTemperature: 1 } }],
    ['pc-darts', 'pcdarts_pcdarts_cifar10', { space: 'darts', recipe: { batchSize: 256, minimumRate: 0 } }],
    ['snas', 'snas_nasbench201_cifar10', { space: 'nas-bench-201', recipe: { epochs: 100 } }],
    ['spos', 'spos_nasbench201_cifar10', { space: 'nas-bench-201', recipe: { batchSize: 128, trainShare: 0.5 } }],
  ])('load: %s %s', async (method, name, expected) => {
    const { oneShot } = await planNewOneShot({ method, cfg: join(home ?? '', 'configs/search', `${name}.yaml`) });
    expect(oneShot).toMatchObject(expected);
  });

  it('name the key that cannot be used: spos_spos_cifar10', async () => {
    const cfg = join(home ?? '', 'configs/search/spos_spos_cifar10.yaml');
    await expect(planNewOneShot({ method: 'spos', cfg })).rejects.toThrow(/SPACE\.NAME/);
  });
});
