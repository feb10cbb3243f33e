import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { InterruptedError } from '../../src/errors.js';
import { eventually } from '../support/limits.js';
import { evaluate, FITTED, fit, fixture, isAlive, node, useGround } from './harness.js';

const ground = useGround();

describe('a well-behaved sidecar', () => {
  it.each(['ipc', 'tcp'] as const)('says hello, answers and shuts down over %s', async (transport) => {
    const sidecar = await ground.start(node('decent.mjs'), { transport, threads: 3, device: 'cpu' });
    expect(sidecar.hello).toMatchObject({ protocol: 1, workers: 2, threads: 3, device: 'cpu' });
    expect(await sidecar.request('fit', fit)).toEqual(FITTED);
    expect(await sidecar.request('evaluate', evaluate('a', 7))).toMatchObject({ loss: 7 });
    expect(sidecar.restarts).toBe(0);
    await sidecar.close();
    expect(isAlive(sidecar.hello.pid)).toBe(false);
  });

  it('divides the cores among the workers on request', async () => {
    const { hello } = await ground.start(node('decent.mjs'), { threads: 0 });
    expect(hello.threads).toBe(Math.max(1, Math.floor(availableParallelism() / hello.workers)));
  });

  it('removes its socket file while it runs', async () => {
    await ground.start(node('decent.mjs'), { transport: 'ipc' });
    expect(readdirSync(join(ground.folder, 'tmp'))).toEqual([]);
  });

  it('matches replies to many parallel requests', async () => {
    const sidecar = await ground.start(node('decent.mjs'));
    const seeds = Array.from({ length: 200 }, (_, seed) => seed);
    const answers = await Promise.all(seeds.map((seed) => sidecar.request('evaluate', evaluate('a', seed))));
    expect(answers.map(({ loss }) => loss)).toEqual(seeds);
  });

  it('reports progress', async () => {
    const sidecar = await ground.start(node('reports-progress.mjs'));
    const onProgress = vi.fn();
    await sidecar.request('fit', fit, { onProgress });
    expect(onProgress.mock.calls.map(([progress]) => progress.done)).toEqual([1, 2]);
  });
});

describe('a request', () => {
  it('is rejected before sending when it does not match the protocol', async () => {
    const sidecar = await ground.start(node('decent.mjs'));
    await expect(sidecar.request('evaluate', evaluate('a', -1))).rejects.toMatchObject({
      code: 'invalid-message',
      message: expect.stringContaining('body.seed'),
    });
    expect(await sidecar.request('fit', fit)).toEqual(FITTED);
  });

  it('is rejected immediately when its signal is aborted, unlike others', async () => {
    const sidecar = await ground.start(node('never-answers.mjs'));
    const controller = new AbortController();
    const aborted = sidecar.request('fit', fit, { signal: controller.signal });
    const other = sidecar.request('fit', fit);
    controller.abort();
    await expect(aborted).rejects.toBeInstanceOf(InterruptedError);
    await expect(sidecar.request('fit', fit, { signal: controller.signal })).rejects.toMatchObject({
      code: 'interrupted',
    });
    const closed = expect(other).rejects.toMatchObject({ code: 'sidecar-closed', exitCode: 130 });
    await sidecar.close();
    await closed;
  });

  it('ignores the late reply to an aborted request', async () => {
    const onLog = vi.fn();
    const sidecar = await ground.start(node('decent.mjs'), { onLog });
    const controller = new AbortController();
    const aborted = sidecar.request('evaluate', evaluate('a'), { signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toThrow('interrupted');
    expect(await sidecar.request('evaluate', evaluate('b', 2))).toMatchObject({ loss: 2 });
    expect(onLog).not.toHaveBeenCalled();
  });

  it('is rejected with the code of the error reply', async () => {
    const sidecar = await ground.start(node('refuses.mjs'));
    const outcome = (code: string) => sidecar.request('evaluate', evaluate(code)).catch((error: unknown) => error);
    for (const [code, exitCode] of [
      ['missing-file', 3],
      ['corrupt-file', 3],
      ['refused-file', 3],
      ['unsuitable-data', 3],
      ['unsuitable-teacher', 3],
      ['unwritable', 3],
      ['invalid-genotype', 2],
      ['unknown-architecture', 2],
      ['smaller-table', 2],
      ['out-of-memory', 4],
      ['unknown-specification', 4],
      ['invalid-message', 4],
      ['internal', 4],
    ] as const) {
      // A message that the sidecar does not understand may mean that it has another version.
      const more = code === 'invalid-message' ? [expect.stringContaining('matching sidecar')] : [];
      expect(await outcome(code)).toMatchObject({ code, exitCode, nextSteps: ['Try again.', ...more] });
    }
    expect(await outcome('internal')).toMatchObject({ message: 'It went wrong.: KeyError: 7' });
    expect(sidecar.restarts).toBe(0);
  });
});

describe('closing', () => {
  it('may be repeated, and rejects later requests', async () => {
    const sidecar = await ground.start(node('decent.mjs'));
    await Promise.all([sidecar.close(), sidecar.close()]);
    await sidecar.close();
    await expect(sidecar.request('fit', fit)).rejects.toMatchObject({ code: 'sidecar-closed' });
  });

  it('kills a sidecar that ignores SIGTERM', async () => {
    const sidecar = await ground.start(node('ignores-sigterm.mjs'), { graceMs: 50 });
    await sidecar.close();
    expect(isAlive(sidecar.hello.pid)).toBe(false);
  });

  it('kills a hung sidecar', async () => {
    const sidecar = await ground.start(node('hangs.mjs', ground.folder), { graceMs: 50 });
    const rejected = expect(sidecar.request('fit', fit)).rejects.toMatchObject({ code: 'sidecar-closed' });
    await sidecar.close();
    await rejected;
  });

  it('ends a restart', async () => {
    const options = { graceMs: 50, onRestart: vi.fn() };
    const command = node('dies-on-first-request.mjs', ground.folder);
    const sidecar = await ground.start(command, options);
    const rejected = expect(sidecar.request('fit', fit)).rejects.toMatchObject({ code: 'sidecar-closed' });
    await eventually(() => expect(options.onRestart).toHaveBeenCalled());
    await sidecar.close();
    await rejected;
  });

  it.each([
    ['is killed', 'decent.mjs', (parent: ChildProcess) => parent.kill('SIGKILL')],
    ['exits without a word', 'ignores-sigterm.mjs', (parent: ChildProcess) => parent.stdin?.end()],
  ])('happens by itself when the parent %s', async (_, name, end) => {
    const parent = spawn(process.execPath, [fixture('parent.mjs'), ...node(name)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    end(parent);
    await eventually(() => expect(isAlive(pid)).toBe(false));
  });
});
