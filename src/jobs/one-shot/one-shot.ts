import { resolve } from 'node:path';
import { locateImages } from '../../assets/locate.js';
import { dataFolders } from '../../assets/places.js';
import { benchmarkOf } from '../../benchmarks/benchmark.js';
import { findTable, indexFolder } from '../../benchmarks/places.js';
import { dumpConfig } from '../../config/index.js';
import { clusterOf } from '../../config/planning/cluster.js';
import { pluginArguments } from '../../definitions/plugin.js';
import { sidecarMessages } from '../../evaluators/prepared-sidecar.js';
import { pathOption } from '../../installation/paths.js';
import { checkOptions, filledText, type OptionShape } from '../../options.js';
import { PluginLoader } from '../../plugins/loader.js';
import type { Progress } from '../../protocol/messages.js';
import type { OneShotFound } from '../../protocol/supernets.js';
import { Sidecar } from '../../sidecar/client.js';
import { findPython } from '../../sidecar/process/find-python.js';
import { createJobFolder, ensureJobFolder, jobFolderAt } from '../../store/folder.js';
import { openJob } from '../../store/job-store.js';
import { CONFIGURATION_OPTIONS, isResumed, RESUMED_OPTIONS, type ResumedJob, resumable } from '../common-options.js';
import { JOB_OPTIONS, type Job, type JobContext, type JobOptions, startChecked } from '../job.js';
import { sessionOf } from '../session.js';
import { createOneShotDescriber, type OneShotEvent } from './events.js';
import { finalizeOneShot } from './finalize.js';
import {
  checkpointIn,
  epochsIn,
  ONE_SHOT_JOURNAL,
  type OneShotEntry,
  type OneShotHeader,
  type OneShotStore,
} from './journal.js';
import { type NewOneShot, oneShotHeaderOf, type PlannedOneShot, planNewOneShot, planResumedOneShot } from './plan.js';
import type { OneShotResult } from './result.js';

/** A one-shot search, new or resumed. */
export type OneShotOptions = (NewOneShot | ResumedJob) & JobOptions;

const NEW_OPTIONS: OptionShape<NewOneShot & JobOptions> = {
  ...{ ...JOB_OPTIONS, ...CONFIGURATION_OPTIONS },
  method: filledText.optional(),
  folder: pathOption.optional(),
};

function checkOneShotOptions(options: unknown): OneShotOptions {
  return isResumed(options)
    ? checkOptions('oneShot({ resume })', RESUMED_OPTIONS, options)
    : checkOptions('oneShot()', NEW_OPTIONS, options);
}

/**
 * Trains a supernet by a one-shot method, reads the architecture, and looks it up in the benchmark of its space. An
 * interrupted search is resumed from its last whole epoch, and ends as if it had not been interrupted.
 *
 * @example
 * const { genotype } = await oneShot({ method: 'gdas', cfg: 'quickstart', overrides: ['OPTIM.MAX_EPOCH', '3'] }).result;
 */
export function oneShot(options: OneShotOptions): Job<OneShotEvent, OneShotResult> {
  const interruption = resumable({
    job: 'one-shot search',
    kept: 'every whole epoch',
    command: 'rminas one-shot --resume',
  });
  return startChecked(() => checkOneShotOptions(options), { interruption }, runOneShot);
}

async function runOneShot(options: OneShotOptions, context: JobContext<OneShotEvent>): Promise<OneShotResult> {
  const store: OneShotStore = openJob<OneShotEntry, OneShotHeader, OneShotEvent>({
    place: 'resume' in options ? { kind: 'resume', folder: jobFolderAt(options.resume) } : { kind: 'fresh' },
    format: ONE_SHOT_JOURNAL,
    describe: createOneShotDescriber(),
    listener: context,
  });
  try {
    const planned = await planFor(options, store, context.signal);
    for (const text of planned.notices) store.notify(text);
    const { config, oneShot, data } = planned;
    const dataset = await locateImages(oneShot.dataset, config, { data: data ?? undefined });
    const run = { planned, store, dataset, signal: context.signal };
    const sidecar = await startSidecar(run, options.python);
    try {
      begin(store, planned, sidecar);
      const found = await train(run, sidecar);
      return await finalizeOneShot({ planned, sidecar, store, found });
    } finally {
      await sidecar.close();
    }
  } finally {
    store.close();
  }
}

function planFor(options: OneShotOptions, { earlier }: OneShotStore, signal: AbortSignal): Promise<PlannedOneShot> {
  const loader = new PluginLoader({ python: options.python, signal });
  return earlier === undefined
    ? planNewOneShot(options as NewOneShot, loader)
    : planResumedOneShot(earlier, options, loader);
}

interface OneShotRun {
  readonly planned: PlannedOneShot;
  readonly store: OneShotStore;
  /** Folder of the images; null for those that ship with rminas. */
  readonly dataset: string | null;
  readonly signal: AbortSignal;
}

async function startSidecar(
  { planned, store, dataset, signal }: OneShotRun,
  python: string | undefined,
): Promise<Sidecar> {
  const { values, config } = planned;
  const devices = values['RMINAS.DEVICE'].split(',');
  if (devices.length > 1)
    store.notify(`RMINAS.DEVICE names ${devices.length} devices, and a one-shot search uses the first one only.`);
  // The checkpoint is in the folder of the search.
  const output = planned.folder ?? resolve(values.OUT_DIR);
  return Sidecar.start({
    python: await findPython(python),
    workers: 1,
    threads: values['RMINAS.THREADS'],
    startDeadline: values['RMINAS.START_DEADLINE'],
    workerDeadline: values['RMINAS.WORKER_DEADLINE'],
    paths: [dataset, output, tableFor(planned), indexFolder()].filter((path) => typeof path === 'string'),
    device: values['RMINAS.DEVICE'],
    cluster: clusterOf(values) ?? undefined,
    plugins: pluginArguments(config.plugins),
    signal,
    ...sidecarMessages((text) => store.notify(text)),
  });
}

/** The table of the benchmark in a data folder, which is imported when there is no index yet. */
function tableFor({ oneShot: { space }, data }: PlannedOneShot): string | undefined {
  const benchmark = benchmarkOf(space);
  return benchmark && findTable(benchmark, dataFolders({ data: data ?? undefined }));
}

function begin(store: OneShotStore, planned: PlannedOneShot, { hello }: Sidecar): void {
  const { oneShot, values, settings, folder } = planned;
  const { method, space, dataset } = oneShot;
  store.begin({
    folder: () =>
      folder === null
        ? createJobFolder(values.OUT_DIR, `one-shot-${method}-${space}-${dataset}`)
        : ensureJobFolder(folder),
    config: dumpConfig(settings),
    header: oneShotHeaderOf(planned),
    session: sessionOf(hello),
  });
  store.emit({ type: 'opened', folder: store.folder.path, hello, method, space, dataset });
}

/** The answer of the journal, or of the sidecar. */
async function train({ planned, store, dataset, signal }: OneShotRun, sidecar: Sidecar): Promise<OneShotFound> {
  for (const { entry } of store.lines) if (entry.type === 'found') return entry.found;
  const { oneShot, seed } = planned;
  const unwritable = new AbortController();
  const onProgress = (progress: Progress) => {
    store.emit({ type: 'training', ...progress });
    try {
      recordEpoch(store, progress);
    } catch (error) {
      unwritable.abort(error);
    }
  };
  const found = await sidecar
    .request(
      'one-shot',
      { oneShot, seed, dataset, checkpoint: checkpointIn(store) },
      { signal: AbortSignal.any([signal, unwritable.signal]), onProgress },
    )
    .catch((error) => Promise.reject(unwritable.signal.aborted ? unwritable.signal.reason : error));
  store.write({ type: 'found', found });
  store.emit({ type: 'found', found });
  for (const text of found.notes) store.notify(text);
  return found;
}

/** An epoch that is repeated after a resumption is not recorded again. */
function recordEpoch(store: OneShotStore, { done, total }: Progress): void {
  const whole = Math.floor(done);
  if (whole > epochsIn(store).done) store.write({ type: 'epoch', done: whole, total }, { durable: false });
}
