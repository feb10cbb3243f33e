import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Sidecar, type SidecarOptions } from '../../src/sidecar/client.js';
import { eventually } from '../support/limits.js';
import { evaluate, fit, isAlive, PYTHON, prepare, useGround } from './harness.js';

const here = existsSync(PYTHON);
const GENOTYPE = '|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|none~0|avg_pool_3x3~1|skip_connect~2|';
/** Long enough that a test can kill it half way. */
const long = { ...prepare, specification: { ...prepare.specification, steps: 60 } };

const sidecars: Sidecar[] = [];
const family: number[] = [];
useGround();

afterEach(async () => {
  for (const sidecar of sidecars.splice(0)) await sidecar.close();
  await eventually(() => expect(family.filter(isAlive)).toEqual([]));
});

async function start(options: Partial<SidecarOptions> = {}): Promise<Sidecar> {
  const sidecar = await Sidecar.start({ python: PYTHON, workers: 1, threads: 1, device: 'cpu', ...options });
  sidecars.push(sidecar);
  family.push(sidecar.hello.pid, ...childrenOf(sidecar.hello.pid));
  return sidecar;
}

function childrenOf(pid: number): number[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  return existsSync(list) ? readFileSync(list, 'utf8').trim().split(' ').filter(Boolean).map(Number) : [];
}

function numbers<T extends { seconds: number }>({ seconds: _, ...rest }: T): Omit<T, 'seconds'> {
  return rest;
}

/** Starts an evaluation and resolves when the sidecar works on it: when it has answered a later request. */
async function underWay(sidecar: Sidecar): Promise<{ answer: ReturnType<typeof sidecar.request<'evaluate'>> }> {
  const answer = sidecar.request('evaluate', evaluate(GENOTYPE, 3));
  await sidecar.request('fit', fit);
  return { answer };
}

/** Tests against the real server; the fixtures cover misbehaviour that it does not show. */
describe.skipIf(!here)('the real sidecar (skipped without .venv, which `npm run setup` makes)', () => {
  it.each(['ipc', 'tcp'] as const)('fits a forest and shuts down over %s', async (transport) => {
    const sidecar = await start({ workers: 0, transport });
    expect(sidecar.hello).toMatchObject({ protocol: 1, workers: 0 });
    const { probabilities } = await sidecar.request('fit', { ...fit, candidates: [[0], [1]], trees: 10 });
    expect(probabilities[0]).toBeGreaterThan(probabilities[1] ?? 1);
    await sidecar.close();
    expect(isAlive(sidecar.hello.pid)).toBe(false);
  });

  it('answers an evaluation during which it was killed', async () => {
    const onRestart = vi.fn();
    const sidecar = await start({ onRestart });
    const prepared = await sidecar.request('prepare', long);
    const undisturbed = await sidecar.request('evaluate', evaluate(GENOTYPE, 3));
    const { answer } = await underWay(sidecar);
    process.kill(sidecar.hello.pid, 'SIGKILL');
    expect(numbers(await answer)).toEqual(numbers(undisturbed));
    expect(numbers(await sidecar.request('prepare', long))).toEqual(numbers(prepared));
    expect(onRestart.mock.calls).toEqual([['the sidecar was killed by SIGKILL']]);
  });

  it('answers an evaluation during which its worker was killed', async ({ skip }) => {
    const sidecar = await start();
    const [worker] = childrenOf(sidecar.hello.pid);
    skip(worker === undefined, 'the worker cannot be found without /proc');
    await sidecar.request('prepare', long);
    const undisturbed = await sidecar.request('evaluate', evaluate(GENOTYPE, 3));
    const { answer } = await underWay(sidecar);
    process.kill(worker ?? 0, 'SIGKILL');
    expect(numbers(await answer)).toEqual(numbers(undisturbed));
    expect(sidecar.restarts).toBe(0);
  });

  it('explains an invalid genotype', async () => {
    const sidecar = await start();
    await expect(sidecar.request('evaluate', evaluate('x'))).rejects.toMatchObject({ code: 'unknown-specification' });
    await sidecar.request('prepare', prepare);
    const error = await sidecar.request('evaluate', evaluate('x')).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'invalid-genotype', exitCode: 2 });
  });
});
