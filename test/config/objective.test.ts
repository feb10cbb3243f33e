import { describe, expect, it } from 'vitest';
import { loadConfig, planSearch } from '../../src/config/index.js';
import { UsageError } from '../../src/errors.js';

const BASE = ['SPACE.NAME', 'infer_nb201', 'OPTIM.MAX_EPOCH', '50'];

async function settingsOf(...words: string[]) {
  const { settings } = planSearch(await loadConfig({ overrides: [...BASE, ...words] }));
  return settings;
}

const failure = (...words: string[]) => settingsOf(...words).catch((error: unknown) => error as UsageError);

describe('the objective of a configuration', () => {
  it('is the loss by default, and trainings are stopped for no other', async () => {
    expect(await settingsOf()).toMatchObject({ objective: { kind: 'rmi' }, screen: 0, futility: true, series: null });
    expect(await settingsOf('RMINAS.OBJECTIVE', 'rmi@50')).toMatchObject({ futility: false });
    expect(await settingsOf('RMINAS.OBJECTIVE', 'aggregate')).toMatchObject({ futility: false });
  });

  it('is a proxy with its definition', async () => {
    expect((await settingsOf('RMINAS.OBJECTIVE', 'naswot')).objective).toEqual({
      kind: 'proxy',
      proxy: { name: 'naswot', direction: 'higher', needs: 'batch', weight: 1 },
    });
    expect((await settingsOf('RMINAS.OBJECTIVE', 'cka-2@007')).objective).toEqual({
      kind: 'proxy',
      proxy: { name: 'cka-2@7', direction: 'higher', needs: 'training', weight: 1 },
    });
  });

  it('is an aggregate of proxies and weights', async () => {
    const words = ['RMINAS.OBJECTIVE', 'aggregate', 'RMINAS.AGGREGATE', ' rmi@20  1 synflow 0.5 '];
    expect((await settingsOf(...words)).objective).toEqual({
      kind: 'aggregate',
      proxies: [
        { name: 'rmi@20', direction: 'lower', needs: 'training', weight: 1 },
        { name: 'synflow', direction: 'higher', needs: 'nothing', weight: 0.5 },
      ],
    });
    const { objective } = await settingsOf('RMINAS.OBJECTIVE', 'aggregate');
    expect(objective.kind === 'aggregate' && objective.proxies.map(({ name }) => name)).toEqual([
      'cka',
      'synflow',
      'flops',
    ]);
  });

  it.each([
    ['naswhot', 'unknown-objective', /naswhot.*naswot/],
    ['agregate', 'unknown-objective', /agregate.*aggregate/],
    ['aggregate@3', 'unknown-objective', /aggregate@3/],
    ['constructor', 'unknown-objective', /constructor/],
    ['naswot@3', 'unknown-proxy', /without a training/],
    ['rmi@x', 'unknown-proxy', /rmi@x/],
    ['rmi@51', 'step-beyond-training', /rmi@51.*50 updates/],
  ])('refuses %s', async (name, code, message) => {
    const error = await failure('RMINAS.OBJECTIVE', name);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), exitCode: 2 });
  });

  it.each([
    ["''", 'invalid-aggregate', /empty/],
    ['synflow', 'invalid-aggregate', /gives synflow no weight/],
    ['synflow 0', 'invalid-aggregate', /weight 0/],
    ['synflow -1', 'invalid-aggregate', /weight -1/],
    ['synflow inf', 'invalid-aggregate', /weight inf/],
    ['synflow 1 flops 1 synflow 2', 'invalid-aggregate', /synflow twice/],
    ['rmi@3 1 rmi@03 1', 'invalid-aggregate', /rmi@3 twice/],
    ['sinflow 1', 'unknown-proxy', /sinflow.*synflow/],
    ['rmi@99 1', 'step-beyond-training', /rmi@99/],
  ])('refuses the aggregate %s', async (text, code, message) => {
    const error = await failure('RMINAS.OBJECTIVE', 'aggregate', 'RMINAS.AGGREGATE', text);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), exitCode: 2 });
  });

  it('names a series of a benchmark', async () => {
    const series = async (text: string) => (await settingsOf('RMINAS.BENCHMARK_SERIES', text)).series;
    expect(await series('cifar10 ori-test')).toEqual({ dataset: 'cifar10', split: 'ori-test', epochs: null });
    expect(await series('cifar10-valid x-valid 12')).toEqual({
      dataset: 'cifar10-valid',
      split: 'x-valid',
      epochs: 12,
    });
    for (const text of ['cifar10', 'cifar10 test 1.5', 'cifar10 test 0', 'cifar10 test many', 'a b 1 c']) {
      expect(await failure('RMINAS.BENCHMARK_SERIES', text)).toMatchObject({ code: 'invalid-series', exitCode: 2 });
    }
  });
});
