/** Limits on the costs of networks in a configuration. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dumpConfig, loadConfig, planSearch } from '../../src/config/index.js';
import { quantity } from '../../src/definitions/key.js';
import { temporaryFolder } from '../support/run-cli.js';

async function settingsOf(...words: string[]) {
  return planSearch(await loadConfig({ overrides: ['SPACE.NAME', 'infer_nb201', ...words] })).settings;
}

describe('a quantity', () => {
  it.each([
    ['1.5M', 1_500_000],
    ['0.07M', 70_000],
    ['200k', 200_000],
    ['2G', 2e9],
    ['47e6', 47e6],
    [3, 3],
    [2.5, 2.5],
    [null, null],
  ])('reads %s', (text, value) => {
    expect(quantity('').schema.parse(text)).toBe(value);
  });

  it.each(['', 'M', '1.5m', '1e3k', '-1', 0, -5, '0', '1,5', Number.NaN, true])('refuses %s', (text) => {
    expect(quantity('').schema.safeParse(text).success).toBe(false);
  });
});

describe('the limits of a configuration', () => {
  it('are none by default', async () => {
    expect(await settingsOf()).toMatchObject({ limits: {}, latencyBatch: 1, pareto: null });
  });

  it.each([
    [['RMINAS.MAX_PARAMS', '1.5M'], { params: 1_500_000 }],
    [['RMINAS.MAX_PARAMS', '1500000', 'RMINAS.MAX_FLOPS', '47e6'], { params: 1_500_000, flops: 47 }],
    [['RMINAS.MAX_FLOPS', '200k', 'RMINAS.MAX_LATENCY', '2.5'], { flops: 0.2, latency: 2.5 }],
    [['RMINAS.MAX_LATENCY', '3', 'RMINAS.MAX_LATENCY', "'4'"], { latency: 4 }],
  ])('%j are %j', async (words, limits) => {
    expect((await settingsOf(...words)).limits).toEqual(limits);
  });

  it('come from a file, from words after it, and from the file that a run keeps', async () => {
    const file = join(temporaryFolder(), 'limits.yaml');
    const group =
      'SPACE:\n  NAME: infer_nb201\nRMINAS:\n  MAX_PARAMS: 1.5M\n  MAX_FLOPS: 47000000\n  MAX_LATENCY: None\n';
    writeFileSync(file, group);
    const config = await loadConfig({ file, overrides: ['RMINAS.MAX_PARAMS', '900000', 'RMINAS.MAX_LATENCY', '7'] });
    const limits = { params: 900_000, flops: 47, latency: 7 };
    expect(planSearch(config).settings.limits).toEqual(limits);
    const kept = join(temporaryFolder(), 'config.yaml');
    writeFileSync(kept, dumpConfig(config.settings));
    expect(planSearch(await loadConfig({ file: kept })).settings.limits).toEqual(limits);
  });

  it.each([
    ['RMINAS.MAX_PARAMS', 'many'],
    ['RMINAS.MAX_FLOPS', '0'],
    ['RMINAS.MAX_LATENCY', '-1'],
    ['RMINAS.PARETO', 'energy'],
    ['RMINAS.LATENCY_BATCH', '0'],
  ])('cannot be %s %s', async (key, value) => {
    await expect(settingsOf(key, value)).rejects.toMatchObject({
      code: 'out-of-range',
      message: expect.stringContaining(key),
    });
  });

  it('keep every training to its end where a front is wanted', async () => {
    expect(await settingsOf('RMINAS.PARETO', 'flops')).toMatchObject({ pareto: 'flops', futility: false });
  });
});
