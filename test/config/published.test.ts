/** The sixteen unchanged files that XNAS and the archive publish. */
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dumpConfig, loadConfig, planSearch } from '../../src/config/index.js';
import { specificationSchema } from '../../src/protocol/specification.js';

const DATA = process.env.RMINAS_TEST_DATA;

/** Space, data set, classes, image size, channels, cells, BATCH_SIZE, losses under `paper` and `xnas`, notices. */
type Row = readonly [string, string, number, number, number, number, number, number, number, number];

const SEARCHES: Readonly<Record<string, Row>> = {
  'xnas/rminas_darts_cifar10.yaml': ['darts', 'cifar10', 10, 32, 16, 8, 128, 251, 250, 0],
  'xnas/rminas_darts_cifar100.yaml': ['darts', 'cifar100', 100, 32, 16, 8, 128, 251, 250, 0],
  'xnas/rminas_nasbench201_cifar10.yaml': ['nas-bench-201', 'cifar10', 10, 32, 16, 5, 32, 151, 150, 0],
  'xnas/rminas_nasbench201_cifar100.yaml': ['nas-bench-201', 'cifar100', 100, 32, 16, 5, 32, 151, 150, 0],
  'xnas/rminas_nasbench201_imagenet16.yaml': ['nas-bench-201', 'imagenet16-120', 120, 16, 16, 5, 32, 151, 150, 0],
  'xnas/rminas_nasbenchmacro_cifar10.yaml': ['nas-bench-macro', 'cifar10', 10, 32, 32, 8, 64, 30, 30, 0],
  // The file has 10 classes.
  'xnas/rminas_proxyless_imagenet.yaml': ['proxyless', 'imagenet', 1000, 224, 32, 21, 128, 500, 500, 1],
  // These files do not name a space.
  'rmi_nas_archive/darts_cifar10.yaml': ['darts', 'cifar10', 10, 32, 16, 8, 128, 251, 600, 1],
  'rmi_nas_archive/darts_cifar100.yaml': ['darts', 'cifar100', 100, 32, 16, 8, 128, 251, 600, 1],
  'rmi_nas_archive/darts_imagenet.yaml': ['darts', 'imagenet', 1000, 32, 16, 8, 32, 251, 600, 1],
  'rmi_nas_archive/mb_imagenet.yaml': ['mb', 'imagenet', 1000, 224, 24, 20, 32, 251, 300, 0],
  'rmi_nas_archive/nb201_cifar10.yaml': ['nas-bench-201', 'cifar10', 10, 32, 16, 5, 32, 151, 200, 1],
  'rmi_nas_archive/nb201_cifar100.yaml': ['nas-bench-201', 'cifar100', 100, 32, 16, 5, 32, 151, 200, 1],
  'rmi_nas_archive/nb201_imagenet16.yaml': ['nas-bench-201', 'imagenet16-120', 120, 16, 16, 5, 32, 151, 200, 1],
};

const RETRAININGS: Readonly<Record<string, readonly [string, number, number, number]>> = {
  'rmi_nas_archive/darts_14layer_imagenet.yaml': ['imagenet', 48, 14, 32],
  'rmi_nas_archive/darts_20layer_cifar.yaml': ['cifar10', 36, 20, 96],
};

const fileOf = (name: string) => join(DATA ?? '', 'configs', name);

describe.skipIf(!DATA)(`the published files${DATA ? '' : ' (skipped: RMINAS_TEST_DATA is not set)'}`, () => {
  it('are complete', () => {
    const found = ['xnas', 'rmi_nas_archive'].flatMap((folder) =>
      readdirSync(fileOf(folder)).map((name) => `${folder}/${name}`),
    );
    expect(found.sort()).toEqual([...Object.keys(SEARCHES), ...Object.keys(RETRAININGS)].sort());
  });

  it.each(Object.entries(SEARCHES))('%s gives its search', async (name, row) => {
    const [space, dataset, classes, resolution, channels, cells, size, paper, xnas, notices] = row;
    const config = await loadConfig({ file: fileOf(name) });
    expect(config).toMatchObject({ purpose: 'search', dialect: name.startsWith('xnas') ? 'xnas' : 'archive' });
    expect(config.notices).toHaveLength(notices);
    const plan = planSearch(config);
    expect(specificationSchema.parse(plan.specification)).toMatchObject({
      space,
      dataset,
      network: { channels, cells, classes, resolution },
      batch: { size, pool: 16 * size, selection: 'lowest-teacher-loss' },
      steps: paper,
      beta: 0.8,
    });
    expect(plan.settings).toMatchObject({ thresholdRate: 0.05, successes: 100, warmup: space === 'mb' ? 200 : 100 });
    const asXnas = await loadConfig({ file: fileOf(name), overrides: ['RMINAS.PROFILE', 'xnas'] });
    expect(planSearch(asXnas).specification).toMatchObject({ steps: xnas, batch: { selection: 'all' } });
  });

  it.each(Object.keys(SEARCHES))('%s gives the same plan after a dump', async (name) => {
    const config = await loadConfig({ file: fileOf(name) });
    const dump = join(mkdtempSync(join(tmpdir(), 'rminas-published-')), 'config.yaml');
    writeFileSync(dump, dumpConfig(config.settings));
    const again = await loadConfig({ file: dump });
    expect(planSearch(again)).toEqual(planSearch(config));
    expect(again.notices).toEqual([]);
  });

  it.each(Object.entries(RETRAININGS))('%s describes a retraining', async (name, row) => {
    const [dataset, channels, layers, size] = row;
    const config = await loadConfig({ file: fileOf(name) });
    expect(config.purpose).toBe('retraining');
    expect(config.values).toMatchObject({
      'LOADER.DATASET': dataset,
      'TRAIN.CHANNELS': channels,
      'TRAIN.LAYERS': layers,
      'LOADER.BATCH_SIZE': size,
    });
    expect(() => planSearch(config)).toThrow(
      expect.objectContaining({
        code: 'retraining-config',
        nextSteps: [expect.stringContaining('rminas retrain'), expect.anything()],
      }),
    );
  });
});
