import { resolve } from 'node:path';
import { locateAssets, locateImages } from '../../assets/locate.js';
import { type Config, dumpConfig } from '../../config/index.js';
import { pluginArguments } from '../../definitions/plugin.js';
import { sidecarMessages } from '../../evaluators/prepared-sidecar.js';
import { arrayOf, checkOptions, filledText, type OptionShape, seedOption } from '../../options.js';
import { PluginLoader } from '../../plugins/loader.js';
import type { RequestBody } from '../../protocol/messages.js';
import type { Retraining, Training } from '../../protocol/retraining.js';
import { Sidecar } from '../../sidecar/client.js';
import { findPython } from '../../sidecar/process/find-python.js';
import { createJobFolder, jobFolderAt } from '../../store/folder.js';
import { type JournalFormat, openJob } from '../../store/job-store.js';
import { CONFIGURATION_OPTIONS, isResumed, RESUMED_OPTIONS, type ResumedJob, resumable } from '../common-options.js';
import { JOB_OPTIONS, type Job, type JobContext, type JobOptions, startChecked } from '../job.js';
import { sessionOf } from '../session.js';
import { createRetrainingDescriber, type RetrainingEvent } from './events.js';
import { finalizeRetraining } from './finalize.js';
import {
  checkpointOf,
  RETRAINING_JOURNAL,
  type RetrainingEntry,
  type RetrainingHeader,
  type RetrainingStore,
} from './journal.js';
import {
  type NewRetraining,
  type PlannedRetraining,
  planNewRetraining,
  planResumedRetraining,
  retrainingHeaderOf,
} from './plan.js';
import type { RetrainingResult } from './result.js';

/** A retraining, new or resumed. */
export type RetrainOptions = (NewRetraining | ResumedJob) & JobOptions;

const NEW_OPTIONS: OptionShape<NewRetraining & JobOptions> = {
  ...{ ...JOB_OPTIONS, ...CONFIGURATION_OPTIONS },
  genotype: filledText.optional(),
  seeds: arrayOf(seedOption, 'seeds').optional(),
};

function checkRetrainOptions(options: unknown): RetrainOptions {
  return isResumed(options)
    ? checkOptions('retrain({ resume })', RESUMED_OPTIONS, options)
    : checkOptions('retrain()', NEW_OPTIONS, options);
}

/**
 * Trains an architecture from scratch by the recipe of its paper, once for each seed, and reports the accuracy as papers
 * do. An interrupted retraining is resumed from its last whole epoch, and ends as if it had not been interrupted.
 *
 * @example
 * const { accuracy } = await retrain({ genotype: '|nor_conv_3x3~0|+|…|', seeds: [1, 2, 3] }).result;
 */
export function retrain(options: RetrainOptions): Job<RetrainingEvent, RetrainingResult> {
  const interruption = resumable({ job: 'retraining', kept: 'every whole epoch', command: 'rminas retrain --resume' });
  return startChecked(() => checkRetrainOptions(options), { interruption }, runRetraining);
}

function runRetraining(options: RetrainOptions, context: JobContext<RetrainingEvent>): Promise<RetrainingResult> {
  return runTraining(options, context, {
    format: RETRAINING_JOURNAL,
    plan: ({ earlier }) => {
      const loader = new PluginLoader({ python: options.python, signal: context.signal });
      if (earlier === undefined) return planNewRetraining(options as NewRetraining, loader);
      return planResumedRetraining(earlier, options, loader);
    },
    folderName: ({ space, dataset }) => `retrain-${space}-${dataset}`,
    conclude: async (result) => result,
  });
}

/** The parts in which a job that trains networks by a recipe differs from others. */
export interface TrainingParts<Result> {
  readonly format: JournalFormat<RetrainingEntry, RetrainingHeader>;
  readonly plan: (store: RetrainingStore) => Promise<PlannedRetraining>;
  /** The name of the folder of a new job. */
  readonly folderName: (retraining: Retraining) => string;
  /** Called with the result before the job's folder is released. */
  readonly conclude: (result: RetrainingResult, planned: PlannedRetraining) => Promise<Result>;
}

/** Opens the job, plans it, starts the sidecar, trains, and finalizes. */
export async function runTraining<Result>(
  options: ({ readonly resume: string } | object) & JobOptions,
  context: JobContext<RetrainingEvent>,
  parts: TrainingParts<Result>,
): Promise<Result> {
  const store: RetrainingStore = openJob<RetrainingEntry, RetrainingHeader, RetrainingEvent>({
    place: 'resume' in options ? { kind: 'resume', folder: jobFolderAt(options.resume) } : { kind: 'fresh' },
    format: parts.format,
    describe: createRetrainingDescriber(),
    listener: context,
  });
  try {
    const planned = await parts.plan(store);
    for (const text of planned.notices) store.notify(text);
    const { config, plan, data } = planned;
    const files = await filesOf(plan.retraining, config, data ?? undefined);
    const sidecar = await startSidecar({ planned, files, store, python: options.python, signal: context.signal });
    try {
      begin(store, planned, sidecar, parts.folderName);
      const trainings = await trainAll({ planned, sidecar, store, files, signal: context.signal });
      const result = finalizeRetraining({ planned, device: sidecar.hello.device, store, trainings });
      return await parts.conclude(result, planned);
    } finally {
      await sidecar.close();
    }
  } finally {
    store.close();
  }
}

/** The files of the images and, for a distillation, of the teacher. */
async function filesOf(
  { dataset, recipe: { distillation } }: Retraining,
  config: Config,
  data: string | undefined,
): Promise<RetrainingFiles> {
  if (distillation === undefined) return { dataset: await locateImages(dataset, config, { data }) };
  const { dataset: images, ...teacher } = await locateAssets({ dataset, teacher: distillation.teacher }, config, {
    data,
  });
  return { dataset: images, teacher };
}

type RetrainingFiles = Pick<RequestBody<'retrain'>, 'dataset' | 'teacher'>;

interface RetrainingRun {
  readonly planned: PlannedRetraining;
  readonly sidecar: Sidecar;
  readonly store: RetrainingStore;
  readonly files: RetrainingFiles;
  readonly signal: AbortSignal;
}

async function startSidecar({
  planned: { config, plan, seeds },
  files: { dataset, teacher },
  store,
  python,
  signal,
}: Omit<RetrainingRun, 'sidecar'> & { readonly python: string | undefined }): Promise<Sidecar> {
  // Checkpoints are in the folder of the retraining, which a new one gets under OUT_DIR.
  const output = store.earlier?.folder.path ?? resolve(plan.outDir);
  return Sidecar.start({
    python: await findPython(python),
    workers: Math.min(plan.workers, seeds.length),
    threads: plan.threads,
    startDeadline: plan.startDeadline,
    workerDeadline: plan.workerDeadline,
    paths: [dataset, ...Object.values(teacher ?? {}), output].filter((path) => typeof path === 'string'),
    device: plan.device,
    cluster: plan.cluster ?? undefined,
    plugins: pluginArguments(config.plugins),
    signal,
    ...sidecarMessages((text) => store.notify(text)),
  });
}

function begin(
  store: RetrainingStore,
  planned: PlannedRetraining,
  { hello }: Sidecar,
  folderName: TrainingParts<unknown>['folderName'],
): void {
  const { plan, seeds } = planned;
  store.begin({
    folder: () => createJobFolder(plan.outDir, folderName(plan.retraining)),
    config: dumpConfig(plan.settings),
    header: retrainingHeaderOf(planned),
    session: sessionOf(hello),
  });
  const finished = [...finishedIn(store).keys()];
  store.emit({ type: 'opened', folder: store.folder.path, hello, recipe: plan.recipe, seeds, finished });
}

/** Trainings that the journal has, by seed. */
function finishedIn({ lines }: RetrainingStore): ReadonlyMap<number, Training> {
  return new Map(
    lines.flatMap(({ entry }) => (entry.type === 'trained' ? [[entry.seed, entry.training] as const] : [])),
  );
}

/** One training for each seed, as many at a time as there are workers. Those in the journal are not trained again. */
async function trainAll(run: RetrainingRun): Promise<[Training, ...Training[]]> {
  const finished = finishedIn(run.store);
  const trainings = run.planned.seeds.map(async (seed) => finished.get(seed) ?? train(run, seed));
  // There is at least one seed.
  return (await Promise.all(trainings)) as [Training, ...Training[]];
}

async function train({ planned, sidecar, store, files, signal }: RetrainingRun, seed: number): Promise<Training> {
  const { retraining } = planned.plan;
  const training = await sidecar.request(
    'retrain',
    { retraining, seed, ...files, checkpoint: checkpointOf(store, seed) },
    { signal, onProgress: (progress) => store.emit({ type: 'training', seed, ...progress }) },
  );
  store.write({ type: 'trained', seed, training });
  store.emit({ type: 'trained', seed, training });
  for (const text of training.notes) store.notify(text);
  return training;
}
