import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { PROXIES } from '../../src/proxies/index.js';
import { Sidecar } from '../../src/sidecar/client.js';
import { mean } from '../../src/statistics/moments.js';
import { evaluate, node, PYTHON, prepare, useGround } from './harness.js';

const NAMES = PROXIES.map(({ name }) => name);
const here = existsSync(PYTHON);
const GENOTYPE = '|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|none~0|avg_pool_3x3~1|skip_connect~2|';

describe.skipIf(!here)('the real sidecar (skipped without .venv, which `npm run setup` makes)', () => {
  let sidecar: Sidecar;

  beforeAll(async () => {
    sidecar = await Sidecar.start({ python: PYTHON, workers: 1, threads: 1, device: 'cpu' });
    await sidecar.request('prepare', prepare);
  });
  afterAll(() => sidecar?.close());

  it('measures an architecture by every proxy', async () => {
    const body = { ...evaluate(GENOTYPE, 3), proxies: NAMES };
    const { values, flops, seconds } = await sidecar.request('measure', body);
    expect(values.map(({ proxy }) => proxy)).toEqual(NAMES);
    expect(values.filter(({ value }) => value === null)).toEqual([]);
    const { loss, cka, crossEntropy } = await sidecar.request('evaluate', evaluate(GENOTYPE, 3));
    const value = (name: string) => values.find(({ proxy }) => proxy === name)?.value;
    const observed = ['rmi', 'cross-entropy', 'cka-1', 'cka-2', 'cka-3'].map(value);
    expect(observed).toEqual([loss, crossEntropy, ...cka]);
    expect(value('cka')).toBeCloseTo(mean(cka.map(Number)), 6);
    expect(flops).toBeLessThan(values.reduce((sum, value) => sum + value.flops, 0));
    expect(seconds).toBeGreaterThan(0);
  });

  it.each(['synflw', 'rmi@2', 'synflow@0'])('has no proxy %s', async (proxy) => {
    const refused = sidecar.request('measure', { ...evaluate(GENOTYPE), proxies: ['rmi', proxy] });
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toMatchObject({ code: 'unknown-proxy' });
  });
});

describe('a measurement', () => {
  const ground = useGround();

  it('fails after two deaths of a worker, like an evaluation', async () => {
    const deaths = await ground.start(node('loses-workers.mjs', '2'));
    await expect(deaths.request('measure', { ...evaluate('deadly'), proxies: ['rmi'] })).rejects.toMatchObject({
      code: 'evaluation-died',
    });
  });
});
