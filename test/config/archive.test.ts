/** Files in the form of the archive, and defaults in published files that cannot be intended. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dumpConfig, loadConfig, planSearch } from '../../src/config/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rminas-archive-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function load(name: string, text: string, overrides: readonly string[] = []) {
  const file = join(folder, name);
  await writeFile(file, text);
  return loadConfig({ file, overrides });
}

const CIFAR100 = `SEARCH:
  DATASET: 'cifar100'
TRAIN:
  BATCH_SIZE: 48
  CHECKPOINT_PERIOD: 5
DATA_LOADER:
  NUM_WORKERS: 3
OPTIM:
  MAX_EPOCH: 90
SNG:
  NAME: 'ASNG'
`;

describe('a file of the archive', () => {
  it('has its keys under their present names, each with its line and its old name', async () => {
    const config = await load('nb201_mine.yaml', CIFAR100);
    expect(config).toMatchObject({ dialect: 'archive', purpose: 'search' });
    expect(config.values).toMatchObject({ 'LOADER.DATASET': 'cifar100', 'LOADER.BATCH_SIZE': 48 });
    expect(config.settings.get('LOADER.NUM_WORKERS')).toMatchObject({
      value: { type: 'int', value: 3 },
      source: 'file',
      where: `line 7 of ${config.file}, as DATA_LOADER.NUM_WORKERS`,
    });
    const { specification } = planSearch(config);
    expect(specification).toMatchObject({ space: 'nas-bench-201', batch: { size: 48 }, steps: 91 });
  });

  it('leaves no key of the archive alone', async () => {
    const { settings } = await load('nb201_mine.yaml', CIFAR100);
    const today = (await loadConfig()).settings;
    expect([...settings.keys()].sort()).toEqual([...today.keys()].sort());
  });

  it('has the defaults of the archive', async () => {
    const config = await load('darts.yaml', "SEARCH:\n  DATASET: 'cifar10'\n");
    expect(config.settings.get('LOADER.BATCH_SIZE')).toMatchObject({
      value: { type: 'int', value: 96 },
      source: 'default',
      where: 'the defaults of the archive',
    });
  });

  it('has plain momentum, as its searches do, unless it asks for Nesterov’s', async () => {
    const momentum = async (text: string) =>
      planSearch(await load('nb201.yaml', text)).specification.optimizer.nesterov;
    expect(await momentum(CIFAR100)).toBe(false);
    expect(await momentum(CIFAR100.replace('MAX_EPOCH: 90', 'NESTEROV: True'))).toBe(true);
  });

  it('takes overrides under both names, and the last one counts', async () => {
    const words = [
      'TRAIN.BATCH_SIZE',
      '8',
      'LOADER.BATCH_SIZE',
      '9',
      'RMINAS.RF_SUCC',
      '3',
      'SEARCH.DATASET',
      'cifar10',
    ];
    const { values } = await load('nb201.yaml', CIFAR100, words);
    expect(values).toMatchObject({ 'LOADER.BATCH_SIZE': 9, 'LOADER.DATASET': 'cifar10', 'RMINAS.RF_SUCC': 3 });
    expect((await load('nb201.yaml', CIFAR100, words.slice(2, 4).concat(words.slice(0, 2)))).values).toMatchObject({
      'LOADER.BATCH_SIZE': 8,
    });
  });

  it('gives the same settings after a dump in the present form', async () => {
    const config = await load('nb201_mine.yaml', CIFAR100, ['RMINAS.RF_WARMUP', '7']);
    const again = await load('config.yaml', dumpConfig(config.settings));
    expect(again).toMatchObject({ dialect: 'xnas', notices: [] });
    expect(planSearch(again)).toEqual(planSearch(config));
  });

  it.each([
    ["SEARCH:\n  DATSET: 'cifar10'\nSNG:\n  NAME: 'x'\n", 'unknown-key', 'SEARCH.DATSET (line 2'],
    ['DATA_LOADER: 3\n', 'group-as-key', 'DATA_LOADER (line 1'],
    ['TRAIN:\n  BATCH_SIZE: 32.0\n', 'wrong-type', 'TRAIN.BATCH_SIZE must be of type int, not the float 32.0 (line 2'],
    ['SNG:\n  PRUNING: 1\n', 'wrong-type', 'SNG.PRUNING must be of type bool'],
    ['SNG:\n  PRUNED: True\n', 'unknown-key', 'Did you mean SNG.PRUNING'],
    ['SEARCH:\n  DATASET: {A: 1}\n', 'wrong-type', 'SEARCH.DATASET must be of type str, not a group of keys'],
    ["SEARCH:\n  DATASET: 'cifar10'\n  NUM_CLASSES: 20\n", 'wrong-classes', 'as SEARCH.NUM_CLASSES'],
  ])('is refused with its own names: %j', async (text, code, part) => {
    const loading = load('nb201.yaml', text);
    await expect(loading).rejects.toMatchObject({ code, exitCode: 2 });
    await expect(loading).rejects.toThrow(part);
  });
});

describe('the space of a file of the archive', () => {
  it.each([
    ['nb201_x.yaml', 'nas-bench-201'],
    ['darts.yml', 'darts'],
    ['mb_imagenet.yaml', 'mb'],
  ])('is recognised by the name %s, with a notice', async (name, space) => {
    const { values, notices, settings } = await load(name, "DATA_LOADER:\n  BACKEND: 'custom'\n");
    expect(values['SPACE.NAME']).toBe(space);
    expect(settings.get('SPACE.NAME')).toMatchObject({ source: 'file', where: expect.stringContaining('the name of') });
    expect(notices).toEqual([expect.stringMatching(new RegExp(`stands for ${space}.*--space`))]);
  });

  it('comes from the file first', async () => {
    const { values, notices } = await load('nb201.yaml', "SPACE:\n  NAME: 'darts'\nSNG:\n  NAME: 'RAND'\n");
    expect(values['SPACE.NAME']).toBe('darts');
    expect(notices).toEqual([]);
  });

  it('comes from an override first', async () => {
    const { values, notices } = await load('nb201.yaml', CIFAR100, ['SPACE.NAME', 'darts']);
    expect(values['SPACE.NAME']).toBe('darts');
    expect(notices).toEqual([]);
  });

  it.each(['search.yaml', 'nb2010.yaml', 'constructor.yaml'])('does not come from the name %s', async (name) => {
    const loading = load(name, CIFAR100);
    await expect(loading).rejects.toMatchObject({ code: 'missing-space', exitCode: 2 });
    await expect(loading).rejects.toMatchObject({ nextSteps: [expect.stringContaining('--space')] });
  });
});

describe('a retraining', () => {
  const RETRAINING = "DATA_LOADER:\n  BACKEND: 'custom'\nTRAIN:\n  LAYERS: 14\nSEARCH:\n  IM_SIZE: 224\n";

  it('differs from a search by a depth without a data set', async () => {
    const config = await load('darts_deep.yaml', RETRAINING);
    expect(config.purpose).toBe('retraining');
    expect(config.values).toMatchObject({ 'LOADER.DATASET': 'imagenet', 'LOADER.NUM_CLASSES': 1000 });
    expect(() => planSearch(config)).toThrow(expect.objectContaining({ code: 'retraining-config', exitCode: 2 }));
    expect(() => planSearch(config)).toThrow('darts_deep.yaml');
  });

  it('stays a retraining with any override', async () => {
    const config = await load('darts_deep.yaml', RETRAINING, ['SEARCH.DATASET', 'cifar10', 'SEARCH.IM_SIZE', '32']);
    expect(config.purpose).toBe('retraining');
    expect(config.values['LOADER.DATASET']).toBe('cifar10');
  });
});

describe("XNAS's defaults, written into a file where they cannot be meant", () => {
  const LOADER = (name: string, classes: number) =>
    `SPACE:\n  NAME: proxyless\nLOADER:\n  DATASET: ${name}\n  NUM_CLASSES: ${classes}\n`;

  it('count as unset, with a notice', async () => {
    const config = await load('mine.yaml', `${LOADER('imagenet16', 10)}SEARCH:\n  IM_SIZE: 32\n`);
    expect(planSearch(config).specification.network).toMatchObject({ classes: 120, resolution: 16 });
    expect(config.notices).toEqual([
      expect.stringMatching(/NUM_CLASSES is 10 \(line 5 .*imagenet16-120 has 120/),
      expect.stringMatching(/IM_SIZE is 32 \(line 7 .*imagenet16-120 has 16/),
    ]);
    const again = await load('config.yaml', dumpConfig(config.settings));
    expect(again.notices).toEqual([]);
    expect(planSearch(again)).toEqual(planSearch(config));
  });

  it('do not excuse other numbers', async () => {
    await expect(load('mine.yaml', LOADER('imagenet', 100))).rejects.toMatchObject({ code: 'wrong-classes' });
    const sized = `${LOADER('cifar10', 10)}SEARCH:\n  IM_SIZE: 224\n`;
    await expect(load('mine.yaml', sized)).rejects.toMatchObject({ code: 'wrong-resolution' });
  });

  it('can be meant for ImageNet, whose images have any size', async () => {
    const config = await load('mine.yaml', `${LOADER('imagenet', 1000)}SEARCH:\n  IM_SIZE: 32\n`);
    expect(planSearch(config).specification.network.resolution).toBe(32);
    expect(config.notices).toEqual([]);
  });
});
