/** What the originals fix for a space or a data set, where the configuration says nothing. */
import { describe, expect, it } from 'vitest';
import { loadConfig, planSearch } from '../../src/config/index.js';
import { specificationSchema } from '../../src/protocol/specification.js';

const settings = (warmup: number, voters: number) => ({ warmup, voters });

async function plan(words: string) {
  const made = planSearch(await loadConfig({ overrides: words.split(' ') }));
  expect(specificationSchema.parse(made.specification)).toEqual(made.specification);
  return made;
}

describe('a space', () => {
  it.each([
    ['infer_nb201', 'nas-bench-201', { channels: 16, cells: 5 }, 151],
    ['nas-bench-201', 'nas-bench-201', { channels: 16, cells: 5 }, 151],
    ['infer_darts', 'darts', { channels: 36, cells: 20 }, 251],
    ['darts', 'darts', { channels: 36, cells: 20 }, 251],
    // Only XNAS has these, and it observes MAX_EPOCH losses.
    ['nasbenchmacro', 'nas-bench-macro', { channels: 32, cells: 8 }, 300],
    ['nas-bench-macro', 'nas-bench-macro', { channels: 32, cells: 8 }, 300],
    ['proxyless', 'proxyless', { channels: 32, cells: 21 }, 300],
    ['mb', 'mb', { channels: 24, cells: 20 }, 251],
    ['ofa', 'mb', { channels: 24, cells: 20 }, 251],
  ])('%s is %s, of its own size and with its own number of losses', async (name, space, network, steps) => {
    const { specification } = await plan(`SPACE.NAME ${name} OPTIM.MAX_EPOCH 300`);
    expect(specification).toMatchObject({ space, network, steps });
  });

  it('darts takes depth and width from RMINAS.CHANNELS and CELLS, else from TRAIN', async () => {
    const small = await plan('SPACE.NAME darts TRAIN.CHANNELS 16 TRAIN.LAYERS 8');
    expect(small.specification.network).toMatchObject({ channels: 16, cells: 8 });
    const smaller = await plan('SPACE.NAME darts TRAIN.CHANNELS 16 TRAIN.LAYERS 8 RMINAS.CHANNELS 4 RMINAS.CELLS 3');
    expect(smaller.specification.network).toMatchObject({ channels: 4, cells: 3 });
  });

  it('mb shortens gradients and lowers the learning rate along a cosine; the others do neither', async () => {
    const mb = await plan('SPACE.NAME mb OPTIM.MAX_EPOCH 300 OPTIM.MIN_LR 0.002 OPTIM.GRAD_CLIP 4.0');
    expect(mb.specification.optimizer).toMatchObject({ gradientNorm: 4, cosine: { updates: 300, minimum: 0.002 } });
    const darts = await plan('SPACE.NAME darts OPTIM.MAX_EPOCH 300 OPTIM.MIN_LR 0.002 OPTIM.GRAD_CLIP 4.0');
    expect(darts.specification.optimizer).not.toHaveProperty('gradientNorm');
    expect(darts.specification.optimizer).not.toHaveProperty('cosine');
  });

  it.each([
    ['darts', settings(100, 50)],
    ['proxyless', settings(100, 100)],
    ['mb', settings(200, 30)],
  ])('%s has the warm-up and the voters of its script, unless they are set', async (name, expected) => {
    expect((await plan(`SPACE.NAME ${name}`)).settings).toMatchObject(expected);
    const set = await plan(`SPACE.NAME ${name} RMINAS.RF_WARMUP 24 RMINAS.VOTE_TOP 50`);
    expect(set.settings).toMatchObject(settings(24, 50));
  });

  it('mb searches on ImageNet, unless another data set is named', async () => {
    expect((await plan('SPACE.NAME mb')).specification.dataset).toBe('imagenet');
    expect((await plan('SPACE.NAME mb LOADER.DATASET cifar10')).specification.dataset).toBe('cifar10');
  });

  it.each(['darts', 'nas-bench-macro', 'proxyless', 'mb'])('%s has no greedy vote', async (name) => {
    await expect(plan(`SPACE.NAME ${name} RMINAS.VOTE greedy`)).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('a data set', () => {
  it.each([
    ['cifar10', 'cifar10', 10, 32, 'resnet20'],
    ['cifar100', 'cifar100', 100, 32, 'resnet101'],
    ['imagenet16', 'imagenet16-120', 120, 16, 'nas-bench-201-9930'],
    ['imagenet16_120', 'imagenet16-120', 120, 16, 'nas-bench-201-9930'],
    ['imagenet16-120', 'imagenet16-120', 120, 16, 'nas-bench-201-9930'],
    ['imagenet', 'imagenet', 1000, 224, 'fbresnet152'],
    ['digits', 'digits', 10, 8, 'digits-resnet'],
  ])('%s is %s, and decides classes, size and teacher', async (name, dataset, classes, resolution, architecture) => {
    const { specification } = await plan(`SPACE.NAME infer_nb201 LOADER.DATASET ${name}`);
    expect(specification).toMatchObject({ dataset, network: { classes, resolution }, teacher: { architecture } });
  });

  it('has another teacher when one is named', async () => {
    const { specification } = await plan('LOADER.DATASET cifar10 RMINAS.TEACHER_ARCH nas-bench-201-9930');
    expect(specification.teacher.architecture).toBe('nas-bench-201-9930');
  });

  it('imagenet has any size, the others at most their own', async () => {
    const { specification } = await plan('LOADER.DATASET imagenet SEARCH.IM_SIZE 64');
    expect(specification.network.resolution).toBe(64);
    const small = await plan('LOADER.DATASET cifar10 SEARCH.IM_SIZE 16');
    expect(small.specification.network.resolution).toBe(16);
    await expect(plan('LOADER.DATASET imagenet16 SEARCH.IM_SIZE 32')).rejects.toMatchObject({
      code: 'wrong-resolution',
    });
  });

  it.each([
    ['cifar10', 100],
    ['cifar100', 10],
    ['imagenet16', 1000],
    ['imagenet', 10],
  ])('%s refuses to have %i classes', async (name, classes) => {
    const planning = plan(`LOADER.DATASET ${name} LOADER.NUM_CLASSES ${classes}`);
    await expect(planning).rejects.toMatchObject({ code: 'wrong-classes', exitCode: 2 });
    await expect(planning).rejects.toThrow('the overrides');
  });
});
