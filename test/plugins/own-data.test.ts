/** Configurations that name images of the user: what Python describes, and what becomes of it. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeConfig, dumpConfig, planRetraining, planSearch, specificationDigest } from '../../src/config/index.js';
import { EXIT, MissingError, type RminasError, UsageError } from '../../src/errors.js';
import { PluginLoader } from '../../src/plugins/loader.js';
import { parseDatasetReference } from '../../src/plugins/own-dataset.js';
import { findPython } from '../../src/sidecar/process/find-python.js';
import { temporaryFolder } from '../support/run-cli.js';

/** Guards against hanging only: each test starts Python, which imports PyTorch. */
const timeout = 300_000;
const NO_PYTHON = new PluginLoader({ python: '/there/is/no/python' });
const folder = temporaryFolder();
const animals = join(folder, 'animals');
const TEACHER = ['RMINAS.TEACHER_ARCH', 'digits-resnet'];
const SPACE = ['SPACE.NAME', 'nas-bench-201'];

/** Three class folders with 14 images of 20 × 20 pixels each, and an archive of objects. */
const WRITE = `
import numpy as np, pathlib, sys
from PIL import Image
root = pathlib.Path(sys.argv[1])
for label, name in enumerate(["cat", "cow", "dog"]):
    (root / "animals" / name).mkdir(parents=True)
    for number in range(14):
        Image.new("RGB", (20, 20), (80 * label, 10 * number, 0)).save(root / "animals" / name / f"{number}.png")
np.savez(root / "objects.npz", x=np.zeros((4, 8, 8), np.uint8), y=np.array([0, 1, None, 1], dtype=object))
`;

beforeAll(async () => {
  execFileSync(await findPython(), ['-c', WRITE, folder]);
});

async function refusal(overrides: string[], loader = new PluginLoader()): Promise<RminasError> {
  const error: unknown = await loader.loadConfig({ cwd: folder, overrides }).then(
    () => null,
    (reason: unknown) => reason,
  );
  return error as RminasError;
}

describe('a folder of images', () => {
  it('becomes a data set whose description the configuration keeps, and which a copy of it finds again', {
    timeout,
  }, async () => {
    const loader = new PluginLoader();
    const overrides = [...SPACE, ...TEACHER, 'LOADER.DATASET', 'folder:animals'];
    const config = await loader.loadConfig({ cwd: folder, overrides });
    const { specification } = planSearch(config);
    expect(specification.dataset).toMatch(/^animals-[0-9a-f]{8}$/);
    expect(specification).toMatchObject({
      network: { classes: 3, resolution: 20, channels: 16, cells: 5 },
      batch: { size: 2, pool: 32 },
      images: { form: 'folder', name: null, heldOutShare: 0.2, augmentation: 'crop-and-flip' },
    });
    expect(JSON.stringify(specification)).not.toContain(folder);
    const { images } = specification;
    expect(config.values).toMatchObject({
      'LOADER.DATASET': `folder:${animals}`,
      'LOADER.NUM_CLASSES': 3,
      'SEARCH.IM_SIZE': 20,
      'RMINAS.MEAN': images?.mean,
      'RMINAS.DEVIATION': images?.deviation,
    });
    expect(config.notices).toEqual([
      `folder:${animals} has 3 classes, 33 images for training and 9 held out (split off), of 20 × 20 pixels; ` +
        'networks see 20 × 20. Mean and deviation were measured on 33 training images.',
    ]);
    const channels = describeConfig(config).keys.find(({ key }) => key === 'RMINAS.CHANNELS');
    expect(channels).toMatchObject({ value: 16, where: 'the space nas-bench-201 for 20 pixels' });

    const copy = join(folder, 'copy.yaml');
    writeFileSync(copy, dumpConfig(config.settings));
    const again = await loader.loadConfig({ file: copy });
    const digest = specificationDigest(specification);
    expect(specificationDigest(planSearch(again).specification)).toBe(digest);
    expect(dumpConfig(again.settings)).toBe(dumpConfig(config.settings));

    // The same images elsewhere are the same data; one more is not.
    mkdirSync(join(folder, 'moved'));
    cpSync(animals, join(folder, 'moved/animals'), { recursive: true });
    const moved = { overrides: [...SPACE, ...TEACHER, 'LOADER.DATASET', `folder:${join(folder, 'moved/animals')}`] };
    expect(specificationDigest(planSearch(await loader.loadConfig(moved)).specification)).toBe(digest);
    cpSync(join(animals, 'cat/1.png'), join(folder, 'moved/animals/cat/99.png'));
    const changed = await new PluginLoader().loadConfig(moved);
    expect(specificationDigest(planSearch(changed).specification)).not.toBe(digest);
    expect(changed.described[0]).toMatchObject({ kind: 'data set', content: { classes: 3, 'training images': 34 } });
  });

  it('takes the keys that the user sets', { timeout }, async () => {
    const file = join(folder, 'own.yaml');
    writeFileSync(
      file,
      'LOADER: {DATASET: folder:animals, BATCH_SIZE: 1024}\nSEARCH: {IM_SIZE: 64}\nSPACE: {NAME: infer_darts}\n' +
        'RMINAS: {MEAN: [0.5, 0.5, 0.5], DEVIATION: [1, 0.2, 0.3], VAL_SHARE: 0.5, AUGMENTATION: photo, CELLS: 6, TEACHER_ARCH: digits-resnet}\n',
    );
    const config = await new PluginLoader().loadConfig({ file, cwd: folder });
    expect(planSearch(config).specification).toMatchObject({
      network: { channels: 16, cells: 6, resolution: 64 },
      batch: { size: 1024 },
      images: { mean: [0.5, 0.5, 0.5], deviation: [1, 0.2, 0.3], heldOutShare: 0.5, augmentation: 'photo' },
    });
  });

  it('is retrained by the recipe for its size, with batches that suit few images', { timeout }, async () => {
    const genotype = ['TRAIN.GENOTYPE', "'|none~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|'"];
    const overrides = [...SPACE, ...genotype, 'LOADER.DATASET', 'folder:animals'];
    const { retraining } = planRetraining(await new PluginLoader().loadConfig({ cwd: folder, overrides }));
    expect(retraining).toMatchObject({
      network: { channels: 16, cells: 5, classes: 3, resolution: 20 },
      images: { form: 'folder' },
      recipe: { batchSize: 8, epochs: 200 },
    });
  });
});

describe('images that cannot be used', () => {
  it.each([
    ['folder:nowhere', 'missing-file', `The folder ${join(folder, 'nowhere')} does not exist.`],
    ['npz:objects.npz', 'refused-file', 'has Python objects'],
  ])('%s ends with exit code 3 and the reason', { timeout }, async (name, code, message) => {
    const error = await refusal([...SPACE, ...TEACHER, 'LOADER.DATASET', name]);
    expect(error).toBeInstanceOf(MissingError);
    expect({ code: error.code, exitCode: error.exitCode }).toEqual({ code, exitCode: EXIT.missing });
    expect(error.message).toContain(message);
    expect(error.nextSteps.length).toBeGreaterThan(0);
  });

  it('end with exit code 3 and the names of those that are broken', { timeout }, async () => {
    const broken = join(folder, 'broken');
    cpSync(animals, broken, { recursive: true });
    for (const name of readdirSync(join(broken, 'cow')).slice(0, 6)) writeFileSync(join(broken, 'cow', name), '');
    const error = await refusal([...SPACE, ...TEACHER, 'LOADER.DATASET', 'folder:broken']);
    expect(error).toMatchObject({ code: 'corrupt-file', exitCode: EXIT.missing });
    expect(error.message).toMatch(/^6 images cannot be used: .*cow\/0\.png .*; and 1 more\.$/);
    rmSync(broken, { recursive: true });
  });

  it.each([
    [['LOADER.DATASET', 'folder:'], 'invalid-reference', 'without a path after folder:'],
    [['LOADER.DATASET', 'torchvision: '], 'invalid-reference', 'without a name after torchvision:'],
    [['LOADER.DATASET', 'foldr:animals'], 'unknown-data-set', "There is no data set 'foldr:animals'"],
    [['RMINAS.MEAN', '[0.5, 0.5, 0.5]'], 'unsupported-key', 'images of your own, and not to cifar10'],
    [['RMINAS.VAL_SHARE', '0.5'], 'unsupported-key', 'RMINAS.VAL_SHARE is 0.5 (the overrides)'],
    [['RMINAS.MEAN', '[0.5]'], 'out-of-range', 'a list of three numbers'],
    [['RMINAS.AUGMENTATION', 'crops'], 'out-of-range', 'crop-and-flip'],
  ])('%s is a usage error, before any Python runs', async (overrides, code, message) => {
    const error = await refusal(overrides, NO_PYTHON);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('of an unknown scheme are an error that lists the schemes', async () => {
    const { nextSteps } = await refusal(['LOADER.DATASET', 'foldr:animals'], NO_PYTHON);
    expect(nextSteps.join(' ')).toContain('folder:PATH, npz:PATH, hf:NAME, hf:PATH or torchvision:NAME');
  });
});

describe('a reference', () => {
  it.each([
    ['cifar10', null],
    ['folder:animals', { form: 'folder', path: animals, name: null, text: `folder:${animals}` }],
    ['npz:/data/x.npz', { form: 'npz', path: '/data/x.npz', name: null, text: 'npz:/data/x.npz' }],
    ['hf:ylecun/mnist', { form: 'hf', path: null, name: 'ylecun/mnist', text: 'hf:ylecun/mnist' }],
    ['hf:./mnist', { form: 'hf', path: join(folder, 'mnist'), name: null, text: `hf:${join(folder, 'mnist')}` }],
    // A folder that exists is meant, even without a slash.
    ['hf:animals', { form: 'hf', path: animals, name: null, text: `hf:${animals}` }],
    ['torchvision:CIFAR100', { form: 'torchvision', path: null, name: 'CIFAR100', text: 'torchvision:CIFAR100' }],
  ])('%s is read with an absolute path', (text, expected) => {
    expect(parseDatasetReference(text, folder)).toEqual(expected);
  });
});
