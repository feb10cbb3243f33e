import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import type { Measurement } from '../../src/protocol/messages.js';
import { PROXIES } from '../../src/proxies/index.js';
import { Sidecar } from '../../src/sidecar/client.js';
import { mean } from '../../src/statistics/moments.js';
import { evaluate, node, PYTHON, prepare, useGround } from './harness.js';

const NAMES = PROXIES.map(({ name }) => name);
const here = existsSync(PYTHON);
const measuring = (proxies: string[], ...genotypes: string[]) => ({
  digest: prepare.digest,
  architectures: genotypes.map((genotype) => ({ genotype, seed: 3 })),
  proxies,
});
const GENOTYPE = '|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|none~0|avg_pool_3x3~1|skip_connect~2|';

describe.skipIf(!here)('the real sidecar (skipped without .venv, which `npm run setup` makes)', () => {
  let sidecar: Sidecar;

  beforeAll(async () => {
    sidecar = await Sidecar.start({ python: PYTHON, workers: 1, threads: 1, device: 'cpu' });
    await sidecar.request('prepare', prepare);
  });
  afterAll(() => sidecar?.close());

  it('measures an architecture by every proxy', async () => {
    const { measurements } = await sidecar.request('measure', measuring(NAMES, GENOTYPE));
    const [{ values, flops, seconds }] = measurements as [Measurement];
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

  it('measures several architectures by one request, each as if it were alone', async () => {
    const other = '|none~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|none~0|avg_pool_3x3~1|skip_connect~2|';
    const screened = ['synflow', 'flops', 'params'];
    const answer = await sidecar.request('measure', measuring(screened, GENOTYPE, other));
    const numbers = answer.measurements.map(({ values }) => values.map(({ value }) => value));
    for (const [index, genotype] of [GENOTYPE, other].entries()) {
      const alone = await sidecar.request('measure', measuring(screened, genotype));
      expect(alone.measurements[0]?.values.map(({ value }) => value)).toEqual(numbers[index]);
    }
    expect(numbers[0]).not.toEqual(numbers[1]);
  });

  it.each(['synflw', 'rmi@2', 'synflow@0'])('has no proxy %s', async (proxy) => {
    const refused = sidecar.request('measure', measuring(['rmi', proxy], GENOTYPE));
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toMatchObject({ code: 'unknown-proxy' });
  });
});

describe('a measurement', () => {
  const ground = useGround();

  it('fails after two deaths of a worker, like an evaluation', async () => {
    const deaths = await ground.start(node('loses-workers.mjs', '2'));
    await expect(deaths.request('measure', measuring(['rmi'], 'deadly'))).rejects.toMatchObject({
      code: 'evaluation-died',
    });
  });
});
