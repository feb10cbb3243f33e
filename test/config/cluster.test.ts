import { describe, expect, it } from 'vitest';
import { dumpConfig, loadConfig, planSearch } from '../../src/config/index.js';
import { clusterOf } from '../../src/config/planning/cluster.js';
import { FREE_KEYS } from '../../src/jobs/bound-settings.js';
import { planNewOneShot } from '../../src/jobs/one-shot/plan.js';
import { planNewRetraining } from '../../src/jobs/retrain/plan.js';
import { overridesOf, splitMachineFlags } from '../../src/terminal/input/overrides.js';

async function settingsOf(...overrides: string[]) {
  const config = await loadConfig({ overrides: ['SPACE.NAME', 'infer_nb201', ...overrides] });
  return planSearch(config).settings;
}

describe('the engine', () => {
  it('is this machine by default, with the workers of RMINAS.WORKERS', async () => {
    const settings = await settingsOf('RMINAS.WORKERS', '3', 'RMINAS.MAX_WORKERS', '9');
    expect(settings).toMatchObject({ cluster: null, workers: 3 });
  });

  it('may be a Ray cluster with more workers', async () => {
    const flags = { engine: 'ray', 'ray-address': 'ray://head:10001', 'worker-resources': 'CPU=1,GPU=0.5' };
    const settings = await settingsOf(...overridesOf({ ...flags, 'max-workers': '9', 'allow-public': true }));
    const cluster = { address: 'ray://head:10001', resources: 'CPU=1,GPU=0.5', allowPublic: true };
    expect(settings).toMatchObject({ cluster, workers: 9 });
    expect(await settingsOf('RMINAS.ENGINE', 'ray', 'RMINAS.WORKERS', '3')).toMatchObject({ workers: 3 });
  });

  it('gives each training of a retraining and each one-shot search a worker, too', async () => {
    const ray = ['RMINAS.ENGINE', 'ray', 'RMINAS.RAY_ADDRESS', 'head:6379', 'RMINAS.MAX_WORKERS', '5'];
    const overrides = ['LOADER.DATASET', 'digits', ...ray];
    const { plan } = await planNewRetraining({ genotype: '12012012', overrides });
    const cluster = { address: 'head:6379', resources: '', allowPublic: false };
    expect(plan).toMatchObject({ cluster, workers: 5 });
    const { values, settings } = await planNewOneShot({ method: 'gdas', cfg: 'quickstart', overrides });
    expect(clusterOf(values)).toEqual(cluster);
    // A resumed one goes on there, unless config.yaml names another engine.
    for (const kept of [plan.settings, settings]) expect(dumpConfig(kept)).toContain('ENGINE: ray');
  });

  it.each([
    ['RMINAS.ENGINE', 'slurm', 'local, ray'],
    ['RMINAS.RAY_ADDRESS', 'head', 'ray://HOST:PORT'],
    ['RMINAS.WORKER_RESOURCES', 'CPU', 'NAME=NUMBER'],
    ['RMINAS.WORKER_RESOURCES', 'GPU=-1', 'NAME=NUMBER'],
  ])('%s %s is refused, with what there is', async (key, value, range) => {
    await expect(settingsOf(key, value)).rejects.toMatchObject({
      code: 'out-of-range',
      message: expect.stringContaining(range),
    });
  });

  it('does not bind a run', () => {
    const keys = ['ENGINE', 'RAY_ADDRESS', 'WORKER_RESOURCES', 'MAX_WORKERS', 'ALLOW_PUBLIC'];
    for (const key of keys) expect(FREE_KEYS).toHaveProperty([`RMINAS.${key}`]);
  });

  it('is the same for all searches of a comparison, whatever they search', () => {
    const { machine, ...what } = splitMachineFlags({ engine: 'ray', 'max-workers': '4', strategy: 'random' });
    expect(overridesOf(machine)).toEqual(['RMINAS.ENGINE', 'ray', 'RMINAS.MAX_WORKERS', '4']);
    expect(overridesOf(what)).toEqual(['RMINAS.STRATEGY', 'random']);
  });
});
