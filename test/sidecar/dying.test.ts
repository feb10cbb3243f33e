import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { SidecarError } from '../../src/errors.js';
import { scaled } from '../support/limits.js';
import { evaluate, FITTED, fit, node, prepare, readLines, useGround } from './harness.js';

const ground = useGround();
/** More than a busy machine lets a living sidecar wait. */
const SILENCE_MS = scaled(500);

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

describe('a sidecar that dies once', () => {
  it.each([
    ['dies at a request', 'dies-on-first-request.mjs', 'the sidecar was killed by SIGKILL'],
    ['dies when half a reply is sent', 'dies-mid-message.mjs', 'the sidecar was killed by SIGKILL'],
    ['stops altogether', 'hangs.mjs', `the sidecar sent nothing for ${SILENCE_MS / 1000} s`],
    ['hangs up', 'hangs-up.mjs', 'the sidecar closed its connection'],
  ])('and %s is restarted and gets the request again', async (_, name, reason) => {
    const onRestart = vi.fn();
    const heartbeat = { deadlineMs: SILENCE_MS };
    const sidecar = await ground.start(node(name, ground.folder), { onRestart, heartbeat });
    expect(await sidecar.request('fit', fit)).toEqual(FITTED);
    expect(sidecar.restarts).toBe(1);
    expect(onRestart.mock.calls).toEqual([[reason]]);
    expect(ground.pids()).toHaveLength(2);
    expect(sidecar.hello.pid).toBe(ground.pids()[1]);
  });

  it('between two replies still gives both', async () => {
    const sidecar = await ground.start(node('dies-between-replies.mjs', ground.folder));
    const answers = await Promise.all([1, 2].map((seed) => sidecar.request('evaluate', evaluate('a', seed))));
    expect(answers.map(({ loss }) => loss)).toEqual([1, 2]);
    expect(sidecar.restarts).toBe(1);
  });

  it('while idle is restarted at the next request', async () => {
    const sidecar = await ground.start(node('decent.mjs'));
    const { pid } = sidecar.hello;
    process.kill(pid, 'SIGKILL');
    expect(await sidecar.request('fit', fit)).toEqual(FITTED);
    expect(sidecar.hello.pid).not.toBe(pid);
  });

  it('repeats its prepare requests first', async () => {
    const sidecar = await ground.start(node('records.mjs', ground.folder));
    await sidecar.request('prepare', prepare);
    const both = [evaluate('a'), evaluate('b')].map((body) => sidecar.request('evaluate', body));
    await Promise.all(both);
    const second = ground.pids()[1];
    const requests = readLines(join(ground.folder, 'requests')).filter((line) => line.startsWith(`${second} `));
    expect(requests.map((line) => line.split(' ')[1])).toEqual(
      ['prepare', 'evaluate', 'evaluate', 'shutdown'].slice(0, 3),
    );
  });

  it('rejects the requests of a batch that cannot be prepared again, with the reason', async () => {
    const sidecar = await ground.start(node('forgets-batch.mjs', ground.folder));
    await sidecar.request('prepare', prepare);
    await expect(sidecar.request('evaluate', evaluate('a'))).rejects.toMatchObject({
      code: 'missing-file',
      message: 'The data has gone.',
    });
    expect(await sidecar.request('fit', fit)).toEqual(FITTED);
  });
});

describe('a deadly request', () => {
  it('fails after two deaths, and the others are answered', async () => {
    const sidecar = await ground.start(node('dies-on-deadly.mjs'), { workers: 3 });
    const bodies = ['a', 'deadly', 'b', 'c', 'd'].map((genotype, seed) => evaluate(genotype, seed));
    const answers = await Promise.all(bodies.map((body) => outcome(sidecar.request('evaluate', body))));
    expect(answers[1]).toBeInstanceOf(SidecarError);
    expect(answers[1]).toMatchObject({
      code: 'evaluation-died',
      message:
        'Gave up on evaluate after 2 deaths. The last one: the sidecar was killed by SIGKILL: OSError: bus error',
    });
    for (const seed of [0, 2, 3, 4]) expect(answers[seed]).toMatchObject({ loss: seed });
    expect(sidecar.restarts).toBe(2);
  });

  it('fails alone, even if others were in flight at the first death', async () => {
    const sidecar = await ground.start(node('dies-on-deadly.mjs', '2'), { workers: 2 });
    const bodies = [evaluate('deadly', 0), evaluate('a', 1)];
    const answers = await Promise.all(bodies.map((body) => outcome(sidecar.request('evaluate', body))));
    expect(answers[0]).toMatchObject({ code: 'evaluation-died' });
    expect(answers[1]).toMatchObject({ loss: 1 });
  });

  it('can be of any type', async () => {
    const sidecar = await ground.start(node('talks-garbage.mjs'));
    await expect(sidecar.request('fit', fit)).rejects.toMatchObject({
      code: 'request-died',
      message: expect.stringContaining('the sidecar sent text that is not JSON: "{\\"type\\"'),
    });
    expect(sidecar.restarts).toBe(1);
  });

  it.each([
    ['bytes that are not text', 'talks-bytes.mjs', 'sent bytes that are not a message'],
    ['a message that is too large', 'talks-too-much.mjs', 'closed its connection'],
    ['a reply of the wrong type', 'replies-wrongly.mjs', 'answered fit with evaluated'],
    ['an error that is about nothing', 'misunderstands.mjs', 'did not understand a message: body: not what I expect'],
  ])('fails when the reply is %s', async (_, name, reason) => {
    const sidecar = await ground.start(node(name));
    await expect(sidecar.request('fit', fit)).rejects.toMatchObject({
      code: 'request-died',
      message: expect.stringContaining(`the sidecar ${reason}`),
    });
  });

  it('fails when the sidecar falls silent twice', async () => {
    const sidecar = await ground.start(node('never-beats.mjs'), { heartbeat: { deadlineMs: 100 } });
    await expect(sidecar.request('fit', fit)).rejects.toMatchObject({
      code: 'request-died',
      message: expect.stringContaining('the sidecar sent nothing for 0.1 s'),
    });
  });

  it('is answered after one death of its worker', async () => {
    const sidecar = await ground.start(node('loses-workers.mjs'));
    expect(await sidecar.request('evaluate', evaluate('a', 5))).toMatchObject({ loss: 5 });
    expect(sidecar.restarts).toBe(0);
  });

  it('fails after the deaths of two workers', async () => {
    const sidecar = await ground.start(node('loses-workers.mjs', '2'));
    await expect(sidecar.request('evaluate', evaluate('a'))).rejects.toMatchObject({
      code: 'evaluation-died',
      message: expect.stringContaining('Segmentation fault'),
    });
    expect(await sidecar.request('evaluate', evaluate('b', 3))).toMatchObject({ loss: 3 });
  });
});

describe('a sidecar with too much output', () => {
  it('may flood the log: all of it is delivered, and the reply comes', async () => {
    const onLog = vi.fn();
    const sidecar = await ground.start(node('floods.mjs'), { onLog });
    expect(await sidecar.request('fit', fit)).toEqual(FITTED);
    expect(onLog).toHaveBeenCalledTimes(20_000);
    expect(sidecar.restarts).toBe(0);
  });

  it('may reply twice: the second reply is reported and ignored', async () => {
    const onLog = vi.fn();
    const sidecar = await ground.start(node('replies-twice.mjs'), { onLog });
    for (const seed of [1, 2, 3]) {
      expect(await sidecar.request('evaluate', evaluate('a', seed))).toMatchObject({ loss: seed });
    }
    expect(onLog).toHaveBeenCalledWith(
      'warning',
      'The sidecar sent evaluated for the request 4711, which is not pending.',
    );
    expect(sidecar.restarts).toBe(0);
  });
});
