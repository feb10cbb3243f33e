import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locateAssets, locateImages } from '../../src/assets/locate.js';
import { dataFolders, type Places } from '../../src/assets/places.js';
import { BUILT_IN } from '../../src/catalogue/built-in.js';
import { extendCatalogue } from '../../src/catalogue/catalogue.js';
import { loadConfig, planSearch } from '../../src/config/index.js';
import { EXIT, MissingError } from '../../src/errors.js';
import { dataHome } from '../../src/installation/places.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'rminas-assets-'));
});
afterEach(async () => {
  await rm(cwd, { recursive: true, force: true });
});

async function touch(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    await writeFile(join(cwd, path), '');
  }
}

async function locate(places: Places, words = '') {
  const overrides = `SPACE.NAME infer_nb201 ${words}`.trim().split(' ');
  const config = await loadConfig({ overrides });
  const { specification } = planSearch(config);
  return locateAssets(specification, config, { cwd, env: { HOME: join(cwd, 'home') }, ...places });
}

describe('the data folders', () => {
  it('are searched in order', () => {
    const env = { RMINAS_DATA: '/env', XDG_DATA_HOME: '/xdg' };
    expect(dataFolders({ data: 'option', env, cwd: '/work' }, 'configured')).toEqual([
      '/work/configured',
      '/work/option',
      '/env',
      '/work/data',
      '/xdg/rminas/data',
    ]);
  });

  it('end with the user’s', () => {
    expect(dataHome({ HOME: '/home/ada' })).toBe('/home/ada/.local/share/rminas');
    expect(dataHome({ HOME: '/home/ada', XDG_DATA_HOME: 'relative' })).toBe('/home/ada/.local/share/rminas');
    expect(dataHome({ HOME: '/home/ada', RMINAS_HOME: '/mine' })).toBe('/mine');
  });
});

describe('the files of a search', () => {
  it('do not exist for the digits', async () => {
    expect(await locate({}, 'LOADER.DATASET digits')).toEqual({ dataset: null, teacher: null });
  });

  it('are found in the first folder that has them, each on its own', async () => {
    await touch('a/cifar-10-batches-py/data_batch_3', 'b/cifar-10-batches-py/data_batch_1', 'b/teachers/resnet20.th');
    expect(await locate({ data: 'b' }, `LOADER.DATAPATH ${join(cwd, 'a')}`)).toEqual({
      dataset: join(cwd, 'a/cifar-10-batches-py'),
      teacher: join(cwd, 'b/teachers/resnet20.th'),
    });
  });

  it.each([
    ['data/cifar-10-batches-py/data_batch_1', 'data/cifar-10-batches-py', 'data/teachers/resnet20-12fca82f.th'],
    ['data/cifar10/cifar-10-batches-py/data_batch_5', 'data/cifar10/cifar-10-batches-py', 'data/resnet20.th'],
    ['data/data_batch_2', 'data', 'data/teachers/resnet20.th'],
    ['home/.local/share/rminas/data/data_batch_2', 'home/.local/share/rminas/data', 'data/resnet20.th'],
  ])('are found at %s', async (image, folder, teacher) => {
    await touch(image, teacher);
    expect(await locate({})).toEqual({ dataset: join(cwd, folder), teacher: join(cwd, teacher) });
  });

  it.each([
    ['cifar10', 'cifar-10-batches-bin/data_batch_3.bin'],
    ['cifar10', 'data_batch_3.bin'],
    ['cifar10', 'cifar-10-batches-py/cifar-10-batches-py/data_batch_1'],
    ['cifar10', 'cifar-10-batches-bin/cifar-10-batches-bin/data_batch_1.bin'],
    ['cifar10', 'cifar10/data_batch_1'],
    ['cifar10', 'cifar10/cifar-10-batches-py/cifar-10-batches-py/data_batch_1'],
    ['cifar10', 'cifar-10-python/cifar-10-batches-py/data_batch_1'],
    ['cifar10', 'cifar10/cifar-10-binary/cifar-10-batches-bin/data_batch_1.bin'],
    ['cifar10', 'cifar10/cifar-10-python.tar.gz'],
    ['cifar10', 'cifar-10-batches-py/cifar-10-python.tar.gz'],
    ['cifar100', 'cifar100/cifar-100-binary.tar.gz'],
    ['cifar100', 'cifar-100-binary/train.bin'],
    ['cifar100', 'cifar-100-python/cifar-100-python/train'],
    ['imagenet16-120', 'ImageNet16/ImageNet16/train_data_batch_2'],
  ])('are found in another form, folder or archive: %s as %s', async (name, file) => {
    await touch(`data/${file}`);
    const config = await loadConfig({ overrides: ['LOADER.DATASET', name] });
    expect(await locateImages(name, config, { cwd, env: {} })).toBe(join(cwd, dirname(`data/${file}`)));
  });

  it.each([
    ['cifar10', 'cifar-10-python.tar.gz', 'cifar-10-batches-bin/data_batch_1.bin'],
    ['cifar10', 'cifar-10-binary.tar.gz', 'cifar-10-batches-py/data_batch_1'],
    ['cifar100', 'cifar-100-python.tar.gz', 'cifar-100-binary/train.bin'],
    ['cifar100', 'cifar-100-binary.tar.gz', 'cifar-100-python/train'],
  ])('of %s are read from %s, unless they are found unpacked', async (name, archive, unpacked) => {
    await touch(`data/${archive}`);
    const config = await loadConfig({ overrides: ['LOADER.DATASET', name] });
    const places = { cwd, env: { HOME: join(cwd, 'home') } };
    expect(await locateImages(name, config, places)).toBe(join(cwd, 'data'));
    await touch(`home/.local/share/rminas/data/${unpacked}`);
    expect(await locateImages(name, config, places)).toBe(
      join(cwd, 'home/.local/share/rminas/data', dirname(unpacked)),
    );
  });

  it('are missing: the error lists every place and the ways to get them', async () => {
    await touch('named/cifar-10-batches-py/test_batch');
    const error: unknown = await locate({ data: 'named' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MissingError);
    expect(error).toMatchObject({ code: 'missing-dataset', exitCode: EXIT.missing });
    const { message, nextSteps } = error as MissingError;
    for (const place of [
      'named/cifar-10-batches-py',
      'data/cifar10/cifar-10-batches-py',
      'home/.local/share/rminas/data',
    ]) {
      expect(message).toContain(join(cwd, place));
    }
    expect(nextSteps.join(' ')).toContain('cifar-10-python.tar.gz');
  });

  it('lack the teacher', async () => {
    await touch('data/data_batch_1');
    const error = (await locate({}).catch((reason: unknown) => reason)) as MissingError;
    expect(error).toMatchObject({ code: 'missing-teacher', exitCode: EXIT.missing });
    expect(error.message).toContain(join(cwd, 'data/teachers/resnet20-12fca82f.th'));
    expect(error.nextSteps.join(' ')).toContain('akamaster/pytorch_resnet_cifar10');
  });

  it('lack the named teacher, even when another one exists', async () => {
    await touch('data/data_batch_1', 'data/resnet20.th', 'mine.th');
    expect(await locate({ teacher: 'mine.th' }, 'RMINAS.TEACHER other.th')).toMatchObject({
      teacher: join(cwd, 'mine.th'),
    });
    const error = (await locate({}, 'RMINAS.TEACHER other.th').catch((reason: unknown) => reason)) as MissingError;
    expect(error.message).toContain(join(cwd, 'other.th'));
    expect(error.message).not.toContain('data/resnet20.th');
  });
});

describe("the folder of a plugin's data set", () => {
  async function locateOwn(places: Places, ...overrides: string[]) {
    const digits = BUILT_IN.datasets.get('digits', 'LOADER.DATASET');
    const catalogue = extendCatalogue(BUILT_IN, { datasets: [{ ...digits, name: 'own', folder: 'own' }] });
    const config = await loadConfig({ catalogue, overrides: ['LOADER.DATASET', 'own', ...overrides] });
    return locateImages('own', config, { cwd, env: { HOME: join(cwd, 'home') }, ...places });
  }

  it('is the one of its name in a data folder, or none', async () => {
    expect(await locateOwn({ data: 'data' })).toBeNull();
    await touch('data/own/image.png');
    expect(await locateOwn({ data: 'data' })).toBe(join(cwd, 'data/own'));
  });

  it('is LOADER.DATAPATH, which must be there', async () => {
    await touch('else/image.png', 'data/own/image.png');
    const path = join(cwd, 'else');
    expect(await locateOwn({ data: 'data' }, 'LOADER.DATAPATH', path)).toBe(path);
    await expect(locateOwn({}, 'LOADER.DATAPATH', join(cwd, 'nowhere'))).rejects.toMatchObject({
      code: 'missing-dataset',
      exitCode: EXIT.missing,
    });
  });
});
