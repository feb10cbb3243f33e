/** Each published configuration runs unchanged to its end. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { resultSchema, type SearchResult } from '../../src/index.js';
import { scaled } from '../support/limits.js';
import { type CliResult, ROOT, temporaryFolder } from '../support/run-cli.js';
import { runInProcess } from '../support/run-in-process.js';

const DATA = process.env.RMINAS_TEST_DATA;
const PYTHON = process.env.RMINAS_PYTHON ?? join(ROOT, '.venv/bin/python');

// Each test starts a Python with PyTorch, which may share its core.
vi.setConfig({ testTimeout: scaled(180_000), hookTimeout: scaled(180_000) });

/** A few candidates, two updates each, of small networks on a small batch. */
const SMALL = {
  'RMINAS.RF_WARMUP': '3',
  'RMINAS.RF_SUCC': '1',
  'RMINAS.RF_THRESRATE': '0.5',
  'RMINAS.CANDIDATES': '20',
  'RMINAS.MAX_EVALUATIONS': '5',
  'RMINAS.THREADS': '1',
  'OPTIM.MAX_EPOCH': '2',
  'LOADER.BATCH_SIZE': '3',
};
const SMALL_CELLS = { 'RMINAS.CHANNELS': '4', 'RMINAS.CELLS': '3' };
/** ImageNet's teacher at 224 pixels would take most of the time. */
const SMALL_IMAGES = { 'SEARCH.IM_SIZE': '32' };

const NB201 = /^\|\w+~0\|\+/;
const DARTS = /^Genotype\(normal=\[/;

/** Space, data set, teacher, genotype, and further overrides that keep it small. */
type Row = readonly [string, string, string, RegExp, Readonly<Record<string, string>>];

const SEARCHES: Readonly<Record<string, Row>> = {
  'xnas/rminas_darts_cifar10.yaml': ['darts', 'cifar10', 'resnet20', DARTS, SMALL_CELLS],
  'xnas/rminas_darts_cifar100.yaml': ['darts', 'cifar100', 'resnet101', DARTS, SMALL_CELLS],
  'xnas/rminas_nasbench201_cifar10.yaml': ['nas-bench-201', 'cifar10', 'resnet20', NB201, SMALL_CELLS],
  'xnas/rminas_nasbench201_cifar100.yaml': ['nas-bench-201', 'cifar100', 'resnet101', NB201, SMALL_CELLS],
  'xnas/rminas_nasbench201_imagenet16.yaml': [
    'nas-bench-201',
    'imagenet16-120',
    'nas-bench-201-9930',
    NB201,
    SMALL_CELLS,
  ],
  'xnas/rminas_nasbenchmacro_cifar10.yaml': ['nas-bench-macro', 'cifar10', 'resnet20', /^[012]{8}$/, {}],
  'xnas/rminas_proxyless_imagenet.yaml': ['proxyless', 'imagenet', 'fbresnet152', /^[1-4]{5}1\d{42}$/, SMALL_IMAGES],
  'rmi_nas_archive/darts_cifar10.yaml': ['darts', 'cifar10', 'resnet20', DARTS, SMALL_CELLS],
  'rmi_nas_archive/darts_cifar100.yaml': ['darts', 'cifar100', 'resnet101', DARTS, SMALL_CELLS],
  'rmi_nas_archive/darts_imagenet.yaml': ['darts', 'imagenet', 'fbresnet152', DARTS, SMALL_CELLS],
  'rmi_nas_archive/mb_imagenet.yaml': ['mb', 'imagenet', 'fbresnet152', /^\['\dx\d_MBConv/, SMALL_IMAGES],
  'rmi_nas_archive/nb201_cifar10.yaml': ['nas-bench-201', 'cifar10', 'resnet20', NB201, SMALL_CELLS],
  'rmi_nas_archive/nb201_cifar100.yaml': ['nas-bench-201', 'cifar100', 'resnet101', NB201, SMALL_CELLS],
  'rmi_nas_archive/nb201_imagenet16.yaml': [
    'nas-bench-201',
    'imagenet16-120',
    'nas-bench-201-9930',
    NB201,
    SMALL_CELLS,
  ],
};
const RETRAININGS = ['rmi_nas_archive/darts_14layer_imagenet.yaml', 'rmi_nas_archive/darts_20layer_cifar.yaml'];

const published = (name: string) => join(DATA ?? '', 'configs', name);

/** A data folder with every data set and teacher, tiny and in their genuine formats. */
function writeTinyData(): string {
  const folder = temporaryFolder();
  // All in one process, since each would import PyTorch.
  const program = `
import sys
import tiny_data
for name in tiny_data.PUBLISHED:
    sys.argv = ["tiny_data.py", "--dataset", name, "--out", sys.argv[-1]]
    tiny_data.main()
`;
  const cwd = join(ROOT, 'python/tests/support');
  const { status, stderr } = spawnSync(PYTHON, ['-c', program, folder], { cwd, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return folder;
}

describe.skipIf(!DATA)(`the published configurations${DATA ? '' : ' (skipped: RMINAS_TEST_DATA is not set)'}`, () => {
  let data: string;
  beforeAll(() => {
    data = writeTinyData();
  });

  function search(name: string, changes: Readonly<Record<string, string>>, ...words: string[]): Promise<CliResult> {
    const overrides = Object.entries({ ...SMALL, ...changes, OUT_DIR: temporaryFolder() }).flat();
    return runInProcess(['search', '--cfg', published(name), '--data', data, '--json', ...words, ...overrides]);
  }

  it.each(Object.entries(SEARCHES))('%s finds an architecture', async (name, row) => {
    const [space, dataset, teacher, genotype, smaller] = row;
    const { code, stdout, stderr } = await search(name, smaller);
    expect({ code, error: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, error: '' });
    const result = JSON.parse(stdout) as SearchResult;
    expect(resultSchema.parse(result)).toEqual(result);
    expect(result).toMatchObject({ space, dataset, specification: { teacher: { architecture: teacher } } });
    expect(result.genotype).toMatch(genotype);
    expect(result.cost.architectures).toBeGreaterThanOrEqual(3);
    expect(result.cost.failures).toBe(0);
    expect(existsSync(result.files.result)).toBe(true);
    if (!name.startsWith('rmi_nas_archive') || space === 'mb') return;
    expect(stderr).toContain(`stands for ${space}`);
  });

  it.each(RETRAININGS)('%s is referred to rminas retrain', async (name) => {
    const { code, stdout } = await search(name, {});
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'retraining-config', nextSteps: [expect.stringContaining('rminas retrain'), expect.anything()] },
    });
  });

  const CIFAR100 = 'xnas/rminas_nasbench201_cifar100.yaml';
  it.each<[string, string, readonly string[], number, string, RegExp]>([
    [
      'a class count that the data set does not have',
      CIFAR100,
      ['LOADER.NUM_CLASSES', '10'],
      2,
      'wrong-classes',
      /100/,
    ],
    [
      'another data set than the class count is for',
      CIFAR100,
      ['LOADER.DATASET', 'cifar10'],
      2,
      'wrong-classes',
      /100/,
    ],
    ['an override of the wrong type', CIFAR100, ['OPTIM.BASE_LR', 'fast'], 2, 'wrong-type', /OPTIM\.BASE_LR.*fast/],
    [
      'a key of the archive',
      CIFAR100,
      ['TRAIN.BATCH_SIZE', '4'],
      2,
      'unknown-key',
      /Did you mean LOADER\.BATCH_SIZE\?/,
    ],
    ['a teacher that is none', CIFAR100, ['RMINAS.TEACHER_ARCH', 'vgg'], 2, 'unknown-teacher', /vgg/],
    ['a teacher for another data set', CIFAR100, ['RMINAS.TEACHER_ARCH', 'resnet20'], 3, 'unsuitable-teacher', /100/],
    [
      'a vote that the space does not have',
      'rmi_nas_archive/darts_cifar10.yaml',
      ['RMINAS.VOTE', 'greedy'],
      2,
      '',
      /sum/,
    ],
    ['images of another size', CIFAR100, ['SEARCH.IM_SIZE', '64'], 2, 'wrong-resolution', /32 pixels/],
    ['a network too small to be one', 'xnas/rminas_darts_cifar10.yaml', ['RMINAS.CELLS', '2'], 3, '', /3 cells/],
  ])('refuse %s', async (_, name, words, code, error, text) => {
    const refused = await search(name, {}, ...words);
    expect(refused.code).toBe(code);
    const answer = JSON.parse(refused.stdout) as { error: { code: string; message: string; nextSteps: string[] } };
    expect(answer.error.message + answer.error.nextSteps.join(' ')).toMatch(text);
    if (error !== '') expect(answer.error.code).toBe(error);
  });

  it('refuse a checkpoint of another architecture', async () => {
    const refused = await search(CIFAR100, {}, '--teacher', join(data, 'teachers/resnet20.th'));
    expect(refused.code).toBe(3);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { message: expect.stringContaining('resnet20.th') } });
  });

  it('refuse a genotype of another space', async () => {
    const cell = '|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|';
    const file = published('xnas/rminas_darts_cifar10.yaml');
    const { code, stderr } = await runInProcess(['score', '--cfg', file, '--data', data, cell]);
    expect(code).toBe(2);
    expect(stderr).toContain('Genotype(');
  });
});
