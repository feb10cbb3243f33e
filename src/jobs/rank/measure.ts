import { failureOfOne } from '../../evaluators/training.js';
import { runPool } from '../../search/pool.js';
import { evaluationSeed } from '../../search/recording.js';
import type { Sidecar } from '../../sidecar/client.js';
import type { RankingDesk } from './desk.js';
import type { MeasuredEntry } from './journal.js';
import type { Setting } from './measurements.js';

/** What is measured by, and where it is written down. */
export interface Bench {
  readonly sidecar: Sidecar;
  readonly desk: RankingDesk;
  /** Architectures side by side. */
  readonly workers: number;
  /** Of the run: the seed of an architecture's network follows from it. */
  readonly seed: number;
  readonly signal: AbortSignal;
}

export interface Task {
  /** What it is about, for the log. */
  readonly name: string;
  /** Of a specification that has been prepared. */
  readonly setting: Setting;
  /** Canonical ones; what is there twice is measured once. */
  readonly genotypes: readonly string[];
  readonly proxies: readonly string[];
}

interface Job {
  readonly genotype: string;
  readonly proxies: string[];
}

/** What of a task is not in the journal yet. */
export function missingOf({ measurements }: RankingDesk, { setting, genotypes, proxies }: Task): Job[] {
  return [...new Set(genotypes)]
    .map((genotype) => ({ genotype, proxies: measurements.missing(setting, genotype, proxies) }))
    .filter((job) => job.proxies.length > 0);
}

/**
 * Measures what is missing, and writes each architecture down as soon as it is measured. One whose measuring costs
 * workers their lives, or the memory, counts as measured and has no values.
 * @throws InterruptedError, or SidecarError when the measuring itself fails
 */
export async function measureMissing(bench: Bench, task: Task): Promise<void> {
  const { desk, workers, signal } = bench;
  const jobs = missingOf(desk, task);
  let done = 0;
  const entries = runPool({
    items: jobs,
    capacity: () => workers,
    run: (job) => measure(bench, task.setting, job),
    signal,
  });
  for await (const entry of entries) {
    desk.write(entry);
    done += 1;
    const { genotype, outcome } = entry;
    desk.emit({ type: 'measured', task: task.name, done, total: jobs.length, genotype, outcome });
  }
}

async function measure(
  { sidecar, seed, signal }: Bench,
  setting: Setting,
  { genotype, proxies }: Job,
): Promise<MeasuredEntry> {
  const entry = { type: 'measured', ...setting, genotype, proxies } as const;
  const body = { digest: setting.digest, genotype, seed: evaluationSeed(seed, genotype), proxies };
  try {
    return { ...entry, outcome: { measurement: await sidecar.request('measure', body, { signal }) } };
  } catch (error) {
    return { ...entry, outcome: { failure: failureOfOne(error) } };
  }
}
