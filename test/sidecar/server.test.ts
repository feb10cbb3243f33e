import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { Sidecar } from '../../src/sidecar/client.js';
import { evaluate, fit, isAlive, PYTHON, prepare, useGround } from './harness.js';

const here = existsSync(PYTHON);
useGround();

/** Against the real server; the fixtures stand in for the misbehaviour that it does not have. */
describe.skipIf(!here)('the real sidecar (skipped without .venv, which `npm run setup` makes)', () => {
  it.each(['ipc', 'tcp'] as const)('fits a forest and ends over %s', async (transport) => {
    const sidecar = await Sidecar.start({ python: PYTHON, workers: 0, transport });
    expect(sidecar.hello).toMatchObject({ protocol: 1, workers: 0 });
    const { probabilities } = await sidecar.request('fit', { ...fit, candidates: [[0], [1]], trees: 10 });
    expect(probabilities).toHaveLength(2);
    expect(probabilities[0]).toBeGreaterThan(probabilities[1] ?? 1);
    const { pid } = sidecar.hello;
    await sidecar.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('is killed in the middle of an evaluation, and answers it all the same', async () => {
    const onRestart = vi.fn();
    const sidecar = await Sidecar.start({ python: PYTHON, workers: 1, threads: 1, device: 'cpu', onRestart });
    try {
      const prepared = await sidecar.request('prepare', prepare);
      const genotype = '|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|none~0|avg_pool_3x3~1|skip_connect~2|';
      const undisturbed = await sidecar.request('evaluate', evaluate(genotype, 3));
      const disturbed = sidecar.request('evaluate', evaluate(genotype, 3));
      process.kill(sidecar.hello.pid, 'SIGKILL');
      expect(onlyNumbers(await disturbed)).toEqual(onlyNumbers(undisturbed));
      expect(onRestart.mock.calls).toEqual([['the sidecar was killed by SIGKILL']]);
      expect((await sidecar.request('prepare', prepare)).batch).toEqual(prepared.batch);
    } finally {
      await sidecar.close();
    }
  });

  it('says what is wrong with a genotype', async () => {
    const sidecar = await Sidecar.start({ python: PYTHON, workers: 1, threads: 1, device: 'cpu' });
    try {
      await expect(sidecar.request('evaluate', evaluate('x'))).rejects.toMatchObject({ code: 'unknown-specification' });
      await sidecar.request('prepare', prepare);
      await expect(sidecar.request('evaluate', evaluate('x'))).rejects.toMatchObject({
        code: 'invalid-genotype',
        exitCode: 2,
      });
    } finally {
      await sidecar.close();
    }
  });
});

function onlyNumbers<T extends { seconds: number }>({ seconds: _, ...rest }: T): Omit<T, 'seconds'> {
  return rest;
}
