import { resolve } from 'node:path';
import { dataFolders, datasetPlaces, locateDataset } from '../../config/index.js';
import { InterruptedError } from '../../errors.js';
import type { Training } from '../../protocol/retraining.js';
import { Sidecar } from '../../sidecar/client.js';
import { findPython } from '../../sidecar/process/find-python.js';
import { openRunFolder } from '../../store/folder.js';
import { lockRunFolder } from '../../store/lock.js';
import type { CommonOptions } from '../search/search-run.js';
import { conclude } from './conclude.js';
import { openDesk, type RetrainingDesk } from './desk.js';
import type { RetrainingEvent } from './events.js';
import {
  type NewRetraining,
  type OpenRetraining,
  planNewRetraining,
  planResumedRetraining,
  type ResumedRetraining,
} from './open.js';
import type { RetrainingResult } from './result.js';

/** A retraining, new or resumed. */
export type RetrainOptions = (NewRetraining | ResumedRetraining) &
  CommonOptions & { readonly onEvent?: ((event: RetrainingEvent) => void) | undefined };

/**
 * Trains an architecture from scratch by the recipe of its paper, once for each seed, and tells the accuracy as papers
 * do. What is interrupted goes on where it was, and ends as if it had not been.
 *
 * @example
 * const { accuracy } = await retrain({ genotype: '|nor_conv_3x3~0|+|…|', seeds: [1, 2, 3] });
 * @throws UsageError, MissingError, SidecarError or InterruptedError
 */
export async function retrain(options: RetrainOptions): Promise<RetrainingResult> {
  if (!('resume' in options)) return pursue(await planNewRetraining(options), options);
  // Before the journal is read: what another process still appends would be cut off.
  const lock = lockRunFolder(openRunFolder(options.resume));
  try {
    return await pursue(await planResumedRetraining(options), options);
  } finally {
    lock.release();
  }
}

async function pursue(open: OpenRetraining, options: RetrainOptions): Promise<RetrainingResult> {
  const signal = options.signal ?? new AbortController().signal;
  let folder = open.earlier?.folder.path;
  const tell = (event: RetrainingEvent) => {
    if (event.type === 'opened') folder = event.folder;
    options.onEvent?.(event);
  };
  try {
    return await work(open, options.python, signal, tell);
  } catch (error) {
    throw signal.aborted ? interrupted(folder, error) : error;
  }
}

async function work(
  open: OpenRetraining,
  python: string | undefined,
  signal: AbortSignal,
  tell: (event: RetrainingEvent) => void,
): Promise<RetrainingResult> {
  const { config, plan, seeds, data } = open;
  const name = plan.retraining.dataset;
  const folders = dataFolders({ data: data ?? undefined }, config.values['LOADER.DATAPATH']);
  const dataset = await locateDataset(name, datasetPlaces(name, folders));
  const early: RetrainingEvent[] = plan.notices.map((text) => ({ type: 'notice', text }));
  for (const event of early) tell(event);
  let notify = (text: string) => tell({ type: 'notice', text });
  const sidecar = await Sidecar.start({
    python: await findPython(python),
    workers: Math.min(plan.workers, seeds.length),
    threads: plan.threads,
    workerDeadline: plan.workerDeadline,
    // Checkpoints lie in the folder of the retraining, which a new one gets below OUT_DIR.
    paths: [...(dataset === null ? [] : [dataset]), open.earlier?.folder.path ?? resolve(plan.outDir)],
    device: plan.device,
    signal,
    onLog: (level, text) => {
      if (level !== 'debug') notify(`sidecar: ${text}`);
    },
    onRestart: (reason) => notify(`The sidecar is started again: ${reason}`),
  });
  let desk: RetrainingDesk | undefined;
  try {
    desk = openDesk(open, sidecar.hello, tell, early);
    const { emit } = desk;
    notify = (text) => emit({ type: 'notice', text });
    const trainings = await trainAll({ open, sidecar, desk, dataset, signal });
    return conclude({ open, device: sidecar.hello.device, desk, trainings });
  } finally {
    desk?.close();
    await sidecar.close();
  }
}

interface Workshop {
  readonly open: OpenRetraining;
  readonly sidecar: Sidecar;
  readonly desk: RetrainingDesk;
  /** Folder of the data set; null for the one that ships with the sidecar. */
  readonly dataset: string | null;
  readonly signal: AbortSignal;
}

/** One training a seed, as many at a time as there are workers; those that the journal has are not trained again. */
async function trainAll(workshop: Workshop): Promise<[Training, ...Training[]]> {
  const { open, desk } = workshop;
  const trainings = open.seeds.map(async (seed) => desk.finished.get(seed) ?? train(workshop, seed));
  // There is at least one seed.
  return (await Promise.all(trainings)) as [Training, ...Training[]];
}

async function train({ open, sidecar, desk, dataset, signal }: Workshop, seed: number): Promise<Training> {
  const { retraining } = open.plan;
  const training = await sidecar.request(
    'retrain',
    { retraining, seed, dataset, checkpoint: desk.checkpointOf(seed) },
    { signal, onProgress: (progress) => desk.emit({ type: 'training', seed, ...progress }) },
  );
  desk.write({ type: 'trained', seed, training });
  desk.emit({ type: 'trained', seed, training });
  for (const text of training.notes) desk.emit({ type: 'notice', text });
  return training;
}

function interrupted(folder: string | undefined, cause: unknown): InterruptedError {
  const nextSteps = folder === undefined ? [] : [`Go on with: rminas retrain --resume ${folder}`];
  return new InterruptedError('The retraining was interrupted; every whole epoch is kept.', {
    code: 'interrupted',
    nextSteps,
    cause,
  });
}
