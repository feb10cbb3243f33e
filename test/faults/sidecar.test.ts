/**
 * Faults of one real sidecar. Most tests share it: they start it once, and each leaves it as it was. The sidecars and their
 * workers are forks, which spares their imports.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Sidecar, type SidecarOptions } from '../../src/sidecar/client.js';
import { useForkServer } from '../setup/fork-server.js';
import { evaluate, fit, isAlive, PYTHON, prepare } from '../sidecar/harness.js';
import { childrenOf, isStopped } from '../support/journals.js';
import { eventually, scaled } from '../support/limits.js';
import { addressSpace, familyOf } from './machine.js';

const here = process.platform === 'linux' && existsSync(PYTHON);
const GENOTYPE = '|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|none~0|avg_pool_3x3~1|skip_connect~2|';
const ENDLESS = 'e'.repeat(64);
/** A training of several hours. */
const endless = { ...prepare, digest: ENDLESS, specification: { ...prepare.specification, steps: 1_000_000 } };
const forever = { digest: ENDLESS, genotype: GENOTYPE, seed: 1 };
/** Seconds; far more than a step of this network takes. */
const WORKER_DEADLINE = Math.ceil(scaled(2000) / 1000);

const sidecars: Sidecar[] = [];
const family = new Set<number>();
let temporary = '';
let shared: Sidecar;

async function start(options: Partial<SidecarOptions> = {}): Promise<Sidecar> {
  const sidecar = await Sidecar.start({ python: PYTHON, workers: 1, threads: 1, device: 'cpu', ...options });
  sidecars.push(sidecar);
  remember(sidecar);
  await sidecar.request('prepare', prepare);
  return sidecar;
}

function remember(sidecar: Sidecar): void {
  for (const pid of familyOf(sidecar.hello.pid)) family.add(pid);
}

const socketFolders = () => readdirSync(temporary).filter((name) => name.startsWith('rminas-'));

/** The worker, once it differs from `before`. */
async function currentWorker(sidecar: Sidecar, before = 0): Promise<number> {
  return vi.waitFor(
    () => {
      const [pid] = childrenOf(sidecar.hello.pid);
      expect(pid).toBeDefined();
      expect(pid).not.toBe(before);
      remember(sidecar);
      return pid ?? 0;
    },
    { timeout: scaled(60_000) },
  );
}

const loss = async (sidecar: Sidecar) => (await sidecar.request('evaluate', evaluate(GENOTYPE, 3))).loss;

describe.skipIf(!here)('the real sidecar (skipped without /proc and .venv)', { timeout: scaled(300_000) }, () => {
  beforeAll(async () => {
    temporary = mkdtempSync(join(tmpdir(), 'faults-'));
    vi.stubEnv('TMPDIR', temporary);
    useForkServer();
    shared = await start({ workerDeadline: WORKER_DEADLINE, heartbeat: { deadlineMs: 60_000 } });
  }, scaled(120_000));

  afterAll(async () => {
    for (const sidecar of sidecars) await sidecar.close();
    vi.unstubAllEnvs();
    await eventually(() => expect([...family].filter(isAlive)).toEqual([]));
    expect(socketFolders()).toEqual([]);
  });

  it('does not need its socket file after it has connected', async () => {
    expect(socketFolders()).toEqual([]);
    expect(await loss(shared)).not.toBeNull();
    expect(shared.restarts).toBe(0);
  });

  it('reports that one genotype ran out of memory, and continues', async ({ skip }) => {
    skip(spawnSync('prlimit', ['--version']).error !== undefined, 'prlimit is not installed');
    const before = await loss(shared);
    const { specification } = prepare;
    const digest = 'b'.repeat(64);
    const network = { ...specification.network, channels: 1024, cells: 8 };
    await shared.request('prepare', { ...prepare, digest, specification: { ...specification, network } });
    const worker = await currentWorker(shared);
    execFileSync('prlimit', ['--pid', String(worker), `--as=${addressSpace(worker) + 400_000_000}:`]);
    await expect(shared.request('evaluate', { ...forever, digest })).rejects.toMatchObject({ code: 'out-of-memory' });
    execFileSync('prlimit', ['--pid', String(worker), '--as=unlimited']);
    expect(await loss(shared)).toBe(before);
    expect(await currentWorker(shared)).toBe(worker);
  });

  it('continues after a pause that is shorter than the heartbeat deadline', async () => {
    const before = await loss(shared);
    const { pid } = shared.hello;
    process.kill(pid, 'SIGSTOP');
    await eventually(() => expect(isStopped(pid)).toBe(true));
    const answer = loss(shared);
    process.kill(pid, 'SIGCONT');
    expect(await answer).toBe(before);
    expect({ restarts: shared.restarts, pid: shared.hello.pid }).toEqual({ restarts: 0, pid });
  });

  // These two wait for deadlines, so they run at the same time.
  describe.concurrent('with a deadline', () => {
    it('gives up only the genotype whose worker was killed once and hung once', async () => {
      const before = await loss(shared);
      await shared.request('prepare', endless);
      const doomed = expect(shared.request('evaluate', forever)).rejects.toMatchObject({
        code: 'evaluation-died',
        message: expect.stringContaining(`sent no heartbeat for ${WORKER_DEADLINE} s`),
      });
      // A later request was answered, so the worker has this one.
      await shared.request('fit', fit);
      const first = await currentWorker(shared);
      process.kill(first, 'SIGKILL');
      await currentWorker(shared, first);
      // The new worker prepares the batch before it takes waiting requests. It is a fork by then.
      await shared.request('prepare', endless);
      process.kill(await currentWorker(shared, first), 'SIGSTOP');
      await doomed;
      expect(await loss(shared)).toBe(before);
      expect(shared.restarts).toBe(0);
    });

    it('is replaced after a longer pause, and no request is lost', async () => {
      const onRestart = vi.fn();
      const deadlineMs = scaled(1000);
      const sidecar = await start({ heartbeat: { deadlineMs }, onRestart });
      const before = await loss(sidecar);
      process.kill(sidecar.hello.pid, 'SIGSTOP');
      expect(await loss(sidecar)).toBe(before);
      remember(sidecar);
      expect(onRestart.mock.calls).toEqual([[`the sidecar sent nothing for ${deadlineMs / 1000} s`]]);
    });
  });
});
