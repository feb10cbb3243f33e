import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { Sidecar, type SidecarOptions } from '../../src/sidecar/client.js';
import { eventually } from '../support/limits.js';

/** The interpreter of the checkout; `npm run setup` creates it. */
export const PYTHON = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));

export const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/sidecars/${name}`, import.meta.url));
export const node = (name: string, ...args: string[]) => [process.execPath, fixture(name), ...args];

/** Every test of this folder must leave no process, no socket and no folder. */
export interface Ground {
  /** An empty folder for this test. */
  readonly folder: string;
  /** Process ids of the fixtures started so far. */
  pids(): number[];
  start(command: readonly string[], options?: Partial<SidecarOptions>): Promise<Sidecar>;
}

/** Gives each test its own folder, and checks afterwards that it left nothing behind. */
export function useGround(): Ground {
  let folder = '';
  let sidecars: Sidecar[] = [];
  const pids = () => readLines(join(folder, 'pids')).map(Number);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ground-'));
    mkdirSync(join(folder, 'tmp'));
    vi.stubEnv('TMPDIR', join(folder, 'tmp'));
    vi.stubEnv('RMINAS_TEST_PIDS', join(folder, 'pids'));
    sidecars = [];
  });

  afterEach(async () => {
    for (const sidecar of sidecars) await sidecar.close();
    vi.unstubAllEnvs();
    await eventually(() => expect(pids().filter(isAlive)).toEqual([]));
    expect(leftovers(join(folder, 'tmp'))).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  return {
    get folder() {
      return folder;
    },
    pids,
    async start(command, options = {}) {
      const sidecar = await Sidecar.start({ python: PYTHON, workers: 2, graceMs: 200, command, ...options });
      sidecars.push(sidecar);
      return sidecar;
    },
  };
}

/** Folders of this project only: PyTorch has its own folder there. */
function leftovers(temporary: string): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('rminas-'));
}

export function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

/** Whether a process runs. A zombie does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const DIGEST = 'a'.repeat(64);
export const evaluate = (genotype: string, seed = 1) => ({ digest: DIGEST, genotype, seed });
export const fit = {
  features: [
    [
      [1, 0],
      [0, 1],
    ],
  ],
  known: [[0], [1]],
  good: [true, false],
  candidates: [[0]],
  trees: 3,
  seed: 1,
};
export const FITTED = { probabilities: [0.5], seconds: 0 };

export const prepare = {
  digest: DIGEST,
  specification: {
    space: 'nas-bench-201',
    network: { channels: 4, cells: 1, classes: 10, resolution: 8 },
    dataset: 'digits',
    batch: { size: 8, pool: 128, selection: 'all' },
    teacher: { architecture: 'digits-resnet', mode: 'eval' },
    optimizer: { learningRate: 0.1, momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 0 },
    steps: 2,
    beta: 0.5,
    seed: 1,
    backend: 'native',
    arithmetic: 'plain',
    precision: 'float32',
  },
  assets: { dataset: null, teacher: null },
} as const;
