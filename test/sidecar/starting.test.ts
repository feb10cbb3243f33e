import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { MissingError, SidecarError } from '../../src/errors.js';
import { SidecarDeath } from '../../src/sidecar/failures.js';
import { eventually, scaled } from '../support/limits.js';
import { ROOT } from '../support/run-cli.js';
import { FITTED, fit, fixture, node, PYTHON, useGround } from './harness.js';

const ground = useGround();

async function failure(command: readonly string[], options = {}): Promise<unknown> {
  return ground.start(command, options).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a failing start', () => {
  it('is tried three times, and the error shows its traceback', async () => {
    const error = await failure([PYTHON, '-S', fixture('dies-at-start.py')]);
    expect(error).toBeInstanceOf(SidecarError);
    expect(error).toMatchObject({
      code: 'sidecar-start-failed',
      exitCode: 4,
      cause: { exit: { code: 1, signal: null } },
    });
    const { message } = error as SidecarError;
    expect(message.split('\n')[0]).toBe(
      'The sidecar failed to start 3 times. The last start ended with exit code 1: RuntimeError: the settings cannot be read.',
    );
    expect(message).toContain('  json.decoder.JSONDecodeError: Expecting value');
    expect(ground.pids()).toHaveLength(3);
  });

  it('names the signal', async () => {
    expect(await failure(node('kills-itself-at-start.mjs'))).toMatchObject({
      code: 'sidecar-start-failed',
      message: expect.stringContaining('was killed by SIGKILL'),
    });
  });

  it('is repeated after one failure', async () => {
    const sidecar = await ground.start(node('fails-first-start.mjs', ground.folder));
    expect(await sidecar.request('fit', fit)).toEqual(FITTED);
    expect(ground.pids()).toHaveLength(2);
  });

  it('is not repeated when a package is missing', async () => {
    const error = await failure([PYTHON, '-I', '-S', fixture('lacks-torch.py')]);
    expect(error).toBeInstanceOf(MissingError);
    expect(error).toMatchObject({
      code: 'package-missing',
      exitCode: 3,
      message: expect.stringContaining("ModuleNotFoundError: No module named 'torch'"),
      nextSteps: expect.arrayContaining([expect.stringContaining('npm run setup')]),
    });
  });

  it('is not repeated when the device is missing', async () => {
    const error = await failure([PYTHON, '-m', 'rminas_sidecar'], { device: 'cuda:99', workers: 1 });
    expect(error).toBeInstanceOf(MissingError);
    expect(error).toMatchObject({
      code: 'device-missing',
      exitCode: 3,
      message: expect.stringMatching(/^The device cuda:99 cannot be used: [^\n]*CUDA[^\n]*$/),
      nextSteps: expect.arrayContaining([expect.stringContaining('RMINAS.DEVICE')]),
    });
  });

  it.each([['/nowhere/python'], [fixture('peer.mjs')]])(
    'reports a missing Python when %s cannot be run',
    async (python) => {
      const error = await failure([python]);
      expect(error).toBeInstanceOf(MissingError);
      expect(error).toMatchObject({ code: 'python-missing', message: expect.stringContaining(python) });
    },
  );

  it('names both protocol versions when they differ, and is not repeated', async () => {
    const error = await failure(node('foreign-version.mjs'));
    expect(error).toMatchObject({
      code: 'protocol-mismatch',
      exitCode: 4,
      message: expect.stringMatching(/version 2 .* version 1/),
    });
    expect(ground.pids()).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'good day', 'sent text that is not JSON: "good day"'],
    ['no message', '{"type":"hello","id":"0"}', 'sent a message that does not match the protocol: body'],
  ])('reports an invalid hello: %s', async (_, text, reason) => {
    expect(await failure(node('talks-garbage.mjs', text))).toMatchObject({
      code: 'sidecar-start-failed',
      message: expect.stringContaining(reason),
    });
  });

  it('fails when no hello comes in time', async () => {
    expect(await failure(node('starts-slowly.mjs', '60000'), { startDeadline: 0.3 })).toMatchObject({
      code: 'sidecar-start-failed',
      message: expect.stringContaining(
        'failed to start 3 times. The last start showed no sign of life for 0.3 s while it was starting Python',
      ),
      nextSteps: expect.arrayContaining([expect.stringContaining('RMINAS.START_DEADLINE')]),
    });
  });

  it('ends immediately when it is interrupted', async () => {
    const controller = new AbortController();
    const outcome = failure(node('starts-slowly.mjs', '60000'), { signal: controller.signal });
    await eventually(() => expect(ground.pids()).toHaveLength(1));
    controller.abort();
    expect(await outcome).toMatchObject({ code: 'interrupted', exitCode: 130 });
  });

  it('starts no process when it was interrupted before', async () => {
    expect(await failure(node('decent.mjs'), { signal: AbortSignal.abort() })).toMatchObject({ code: 'interrupted' });
  });

  it('fails when the folder of the socket cannot be created', async () => {
    vi.stubEnv('TMPDIR', '/nowhere');
    expect(await failure(node('decent.mjs'))).toMatchObject({ code: 'unwritable', exitCode: 3 });
  });
});

describe('a successful start', () => {
  it('may take any time while the sidecar shows signs of life, and says what it waits for', async () => {
    // Between two signs of life, a busy machine may let the sidecar wait.
    const startDeadline = scaled(1000) / 1000;
    vi.stubEnv('PYTHONPATH', join(ROOT, 'test/fixtures/slow-imports'));
    vi.stubEnv('RMINAS_TEST_SLOW_IMPORTS', ['zmq', 'torch'].map((name) => `${name}=${1.5 * startDeadline}`).join());
    const told: string[] = [];
    const onWait = (text: string) => told.push(text);
    const command = [PYTHON, '-m', 'rminas_sidecar'];
    const sidecar = await ground.start(command, { workers: 1, startDeadline, onWait });
    expect(sidecar.hello.versions).toHaveProperty('torch');
    expect(sidecar.restarts).toBe(0);
    expect(told).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^The sidecar is importing its packages \(\d+ s\)\.$/),
        expect.stringMatching(/^The sidecar is importing PyTorch \(\d+ s\)\.$/),
      ]),
    );
  });

  it('may take longer than the heartbeat deadline', async () => {
    // The heartbeat deadline does not apply before the hello.
    const deadlineMs = scaled(400);
    const sidecar = await ground.start(node('starts-slowly.mjs', String(1.2 * deadlineMs)), {
      heartbeat: { deadlineMs },
    });
    expect(await sidecar.request('fit', fit)).toEqual(FITTED);
    expect(ground.pids()).toHaveLength(1);
  });

  it('sends heartbeats before the hello', async () => {
    const onLog = vi.fn();
    await ground.start(node('needs-heartbeats.mjs'), { onLog, heartbeat: { deadlineMs: scaled(1000) } });
    expect(onLog).toHaveBeenCalledWith('info', 'preparing');
  });

  it('keeps the death as the cause of an error', async () => {
    const error = await failure([PYTHON, '-S', fixture('dies-at-start.py')]);
    const cause = (error as SidecarError).cause;
    expect(cause).toBeInstanceOf(SidecarDeath);
    expect((cause as SidecarDeath).stderr).toContain('JSONDecodeError');
  });
});
