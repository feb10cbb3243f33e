import { failureOfOne } from '../../evaluators/failures.js';
import { requestMeasurements } from '../../evaluators/measurements.js';
import type { Measurement } from '../../protocol/messages.js';
import { runPool } from '../../search/pool.js';
import { evaluationSeed } from '../../search/recording.js';
import type { Sidecar } from '../../sidecar/client.js';
import type { MeasuredEntry } from './journal.js';
import type { MeasurementSetting } from './measured-values.js';
import type { RankingStore } from './ranking-store.js';

/** The sidecar that measures, and the store for the measurements. */
export interface MeasuringContext {
  readonly sidecar: Sidecar;
  readonly store: RankingStore;
  /** Trainings at a time. */
  readonly workers: number;
  /** Measurements at a time: a worker with a stack makes several. */
  readonly lanes: number;
  /** The seed of the run: those of the networks follow from it. */
  readonly seed: number;
  readonly signal: AbortSignal;
}

export interface MeasuringTask {
  /** For the log. */
  readonly name: string;
  /** Its specification has been prepared. */
  readonly setting: MeasurementSetting;
  /** Canonical; one that occurs twice is measured once. */
  readonly genotypes: readonly string[];
  readonly proxies: readonly string[];
}

interface MissingMeasurement {
  readonly genotype: string;
  readonly proxies: string[];
}

/** The measurements of a task that the journal lacks. */
export function missingOf(
  { values }: RankingStore,
  { setting, genotypes, proxies }: MeasuringTask,
): MissingMeasurement[] {
  return [...new Set(genotypes)]
    .map((genotype) => ({ genotype, proxies: values.missing(setting, genotype, proxies) }))
    .filter((missing) => missing.proxies.length > 0);
}

/**
 * Measures what is missing, and journals each architecture as soon as it is measured. One that kills its workers or
 * exhausts the memory counts as measured, without values.
 * @throws InterruptedError; SidecarError for a failure that does not concern one architecture only
 */
export async function measureMissing(context: MeasuringContext, task: MeasuringTask): Promise<void> {
  const { store, lanes, signal } = context;
  const missing = missingOf(store, task);
  let done = 0;
  const entries = runPool({
    items: missing,
    capacity: () => lanes,
    run: (one) => measureArchitecture({ ...context, ...one, setting: task.setting }),
    signal,
  });
  for await (const entry of entries) {
    store.write(entry);
    done += 1;
    const { genotype, outcome } = entry;
    store.job.emit({ type: 'measured', task: task.name, done, total: missing.length, genotype, outcome });
  }
}

/** One architecture to measure, and the sidecar that measures it. */
export interface ArchitectureMeasuring extends Pick<MeasuringContext, 'sidecar' | 'seed' | 'signal'> {
  /** Its specification has been prepared. */
  readonly setting: MeasurementSetting;
  /** Canonical. */
  readonly genotype: string;
  readonly proxies: string[];
}

/**
 * Measures one architecture. A failure that concerns it alone is its outcome.
 * @throws InterruptedError; SidecarError for any other failure
 */
export async function measureArchitecture(options: ArchitectureMeasuring): Promise<MeasuredEntry> {
  const { sidecar, seed, signal, setting, genotype, proxies } = options;
  const entry = { type: 'measured', ...setting, genotype, proxies } as const;
  const architectures = [{ genotype, seed: evaluationSeed(seed, genotype) }];
  const request = { digest: setting.digest, architectures, proxies };
  try {
    const [measurement] = await requestMeasurements(sidecar, request, signal);
    return { ...entry, outcome: { measurement: measurement as Measurement } };
  } catch (error) {
    return { ...entry, outcome: { failure: failureOfOne(error) } };
  }
}
