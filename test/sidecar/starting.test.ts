import { describe, expect, it, vi } from 'vitest';
import { MissingError, SidecarError } from '../../src/errors.js';
import { SidecarDeath } from '../../src/sidecar/failures.js';
import { FITTED, fit, fixture, node, PYTHON, useGround } from './harness.js';

const ground = useGround();

async function failure(command: readonly string[], options = {}): Promise<unknown> {
  return ground.start(command, options).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a sidecar that does not start', () => {
  it('is tried three times, and its traceback is shown', async () => {
    const error = await failure([PYTHON, '-S', fixture('dies-at-start.py')]);
    expect(error).toBeInstanceOf(SidecarError);
    expect(error).toMatchObject({
      code: 'sidecar-start-failed',
      exitCode: 4,
      cause: { exit: { code: 1, signal: null } },
    });
    const { message } = error as SidecarError;
    expect(message.split('\n')[0]).toBe(
      'The sidecar does not start; of 3 starts the last one ended with exit code 1: RuntimeError: the settings cannot be read.',
    );
    expect(message).toContain('  json.decoder.JSONDecodeError: Expecting value');
    expect(ground.pids()).toHaveLength(3);
  });

  it('names the signal that killed it', async () => {
    expect(await failure(node('kills-itself-at-start.mjs'))).toMatchObject({
      code: 'sidecar-start-failed',
      message: expect.stringContaining('was killed by SIGKILL'),
    });
  });

  it('is not given up after one failure', async () => {
    const sidecar = await ground.start(node('fails-first-start.mjs', ground.folder));
    expect(await sidecar.request('fit', fit)).toEqual(FITTED);
    expect(ground.pids()).toHaveLength(2);
  });

  it('is a missing package when that is the reason, and is not tried again', async () => {
    const error = await failure([PYTHON, '-I', '-S', fixture('lacks-torch.py')]);
    expect(error).toBeInstanceOf(MissingError);
    expect(error).toMatchObject({
      code: 'package-missing',
      exitCode: 3,
      message: expect.stringContaining("ModuleNotFoundError: No module named 'torch'"),
      nextSteps: expect.arrayContaining([expect.stringContaining('npm run setup')]),
    });
  });

  it('is a device that is not there when that is the reason, and is not tried again', async () => {
    const error = await failure([PYTHON, '-m', 'rminas_sidecar'], { device: 'cuda:99', workers: 1 });
    expect(error).toBeInstanceOf(MissingError);
    expect(error).toMatchObject({
      code: 'device-missing',
      exitCode: 3,
      message: expect.stringMatching(/^The device cuda:99 cannot be used: [^\n]*CUDA[^\n]*$/),
      nextSteps: expect.arrayContaining([expect.stringContaining('RMINAS.DEVICE')]),
    });
  });

  it.each([['/nowhere/python'], [fixture('peer.mjs')]])('is a missing Python when %s cannot be run', async (python) => {
    const error = await failure([python]);
    expect(error).toBeInstanceOf(MissingError);
    expect(error).toMatchObject({ code: 'python-missing', message: expect.stringContaining(python) });
  });

  it('names both versions when it speaks another version of the protocol, and is not tried again', async () => {
    const error = await failure(node('foreign-version.mjs'));
    expect(error).toMatchObject({
      code: 'protocol-mismatch',
      exitCode: 4,
      message: expect.stringMatching(/version 2 .* version 1/),
    });
    expect(ground.pids()).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'good day', 'sent what is not JSON: "good day"'],
    ['no message', '{"type":"hello","id":"0"}', 'sent a message that is not in the protocol: body'],
  ])('is told what it says when it says %s', async (_, text, reason) => {
    expect(await failure(node('talks-garbage.mjs', text))).toMatchObject({
      code: 'sidecar-start-failed',
      message: expect.stringContaining(reason),
    });
  });

  it('is given up when it does not say hello in time', async () => {
    expect(await failure(node('starts-slowly.mjs', '60000'), { startTimeoutMs: 300 })).toMatchObject({
      code: 'sidecar-start-failed',
      message: expect.stringContaining('of 3 starts the last one did not say hello within 0.3 s'),
    });
  });

  it('ends at once when the start is interrupted', async () => {
    const controller = new AbortController();
    const outcome = failure(node('starts-slowly.mjs', '60000'), { signal: controller.signal });
    await vi.waitFor(() => expect(ground.pids()).toHaveLength(1));
    controller.abort();
    expect(await outcome).toMatchObject({ code: 'interrupted', exitCode: 130 });
  });

  it('is not started at all when it is interrupted before', async () => {
    expect(await failure(node('decent.mjs'), { signal: AbortSignal.abort() })).toMatchObject({ code: 'interrupted' });
  });

  it('fails where no folder for its socket can be made', async () => {
    vi.stubEnv('TMPDIR', '/nowhere');
    expect(await failure(node('decent.mjs'))).toMatchObject({ code: 'unwritable', exitCode: 3 });
  });
});

describe('a sidecar that starts', () => {
  it('may take its time', async () => {
    // The deadline of the heartbeats does not hold before the hello.
    const sidecar = await ground.start(node('starts-slowly.mjs', '1800'), { heartbeat: { deadlineMs: 1500 } });
    expect(await sidecar.request('fit', fit)).toEqual(FITTED);
    expect(ground.pids()).toHaveLength(1);
  });

  it('gets heartbeats before it has said hello', async () => {
    const onLog = vi.fn();
    await ground.start(node('needs-heartbeats.mjs'), { onLog, heartbeat: { deadlineMs: 5000 } });
    expect(onLog).toHaveBeenCalledWith('info', 'getting ready');
  });

  it('keeps the whole death as the cause', async () => {
    const error = await failure([PYTHON, '-S', fixture('dies-at-start.py')]);
    const cause = (error as SidecarError).cause;
    expect(cause).toBeInstanceOf(SidecarDeath);
    expect((cause as SidecarDeath).stderr).toContain('JSONDecodeError');
  });
});
