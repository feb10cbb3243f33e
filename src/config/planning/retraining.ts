/** Turns a configuration into the plan of a retraining. */
import type { DatasetDefinition } from '../../datasets/definition.js';
import type { PublishedRecipe } from '../../definitions/recipe.js';
import { UsageError } from '../../errors.js';
import type { Retraining, Schedule, TrainingRecipe } from '../../protocol/retraining.js';
import type { SpaceDefinition } from '../../spaces/definition.js';
import { normalFormIn, noSpaceOf, spaceOfGenotype } from '../../spaces/trainable.js';
import type { Config } from '../config.js';
import { CLUSTER_KEYS } from '../schema/cluster-keys.js';
import { searchKeysOf } from '../schema/keys.js';
import { checkRanges } from '../schema/ranges.js';
import { RETRAINING_KEYS, type RetrainingValues } from '../schema/retraining-keys.js';
import { ALGORITHM_KEYS, type SearchValues } from '../schema/search-keys.js';
import { SHARED_KEYS } from '../schema/shared-keys.js';
import type { Settings } from '../yacs/merge.js';
import { str } from '../yacs/value.js';
import { type ClusterOptions, clusterOf, workersOf } from './cluster.js';
import { distillationOf, TEACHER_KEYS } from './distillation.js';
import { networkSizeOf } from './network.js';
import { gradientNormOf, sgdOf } from './optimizer.js';
import { completeSettings } from './retraining-settings.js';

const GENOTYPE = 'TRAIN.GENOTYPE';
/** The keys that describe a retraining completely, as a file. */
const RETRAINING_FILE_KEYS = new Set(Object.keys({ ...SHARED_KEYS, ...CLUSTER_KEYS, ...RETRAINING_KEYS }));

export interface RetrainingPlan {
  readonly retraining: Retraining;
  /** Name of the recipe that completed the keys. */
  readonly recipe: string;
  readonly seed: number;
  readonly workers: number;
  /** Threads of each worker; 0 divides the cores among them. */
  readonly threads: number;
  /** Seconds without a sign of life after which a start has failed. */
  readonly startDeadline: number;
  /** Seconds without a sign of life after which a worker is replaced. */
  readonly workerDeadline: number;
  /** `auto`, or a list such as `cuda:0,cuda:1`. */
  readonly device: string;
  /** The Ray cluster that workers run on; null for this machine. */
  readonly cluster: ClusterOptions | null;
  readonly outDir: string;
  /** The completed settings of the retraining; as a file they give the same plan. */
  readonly settings: Settings;
  readonly notices: readonly string[];
}

/**
 * The space whose notation TRAIN.GENOTYPE uses, to load the configuration again with it. Null when a key names one.
 * @throws UsageError without an architecture, and for one in the notation of no space.
 */
export function unnamedSpace(config: Config): string | null {
  if (config.settings.get('SPACE.NAME')?.source !== 'default') return null;
  const genotype = genotypeOf(config.settings);
  const { spaces } = config.catalogue;
  const space = spaceOfGenotype(spaces, genotype);
  if (space !== undefined) return space.name;
  throw noSpaceOf(spaces, genotype);
}

/**
 * @param asWritten whether the genotype keeps the notation of the configuration, as it did up to release 0.2.1
 * @throws UsageError when the configuration is well-formed but describes no possible retraining.
 */
export function planRetraining(config: Config, { asWritten = false } = {}): RetrainingPlan {
  const { spaces, datasets } = config.catalogue;
  const space = spaces.get(config.values['SPACE.NAME'], 'SPACE.NAME');
  const dataset = datasets.get(config.values['LOADER.DATASET'], 'LOADER.DATASET');
  const written = genotypeOf(config.settings);
  const normal = normalFormIn(space, spaces, written);
  const genotype = asWritten ? written : normal;
  const recipe = space.retraining.recipe(dataset);
  const fromSearch = describesSearch(config);
  const settings = completeSettings(config.settings, recipe, { dataset, fromSearch });
  const values = checkRanges(settings, searchKeysOf(config.catalogue)) as SearchValues;
  const more = checkRanges(settings, RETRAINING_KEYS);
  checkDartsKeys(space, more);
  checkResolution(dataset, more['TRAIN.IM_SIZE']);
  const distillation = distillationOf(values, more, dataset, config.catalogue.teachers);
  const isRead = (key: string) =>
    RETRAINING_FILE_KEYS.has(key) || (distillation.distillation !== undefined && TEACHER_KEYS.includes(key));
  return {
    retraining: {
      space: space.name,
      genotype,
      network: { ...networkSizeOf(values, space), classes: dataset.classes, resolution: more['TRAIN.IM_SIZE'] },
      dataset: dataset.name,
      ...(dataset.own && { images: dataset.own.images }),
      recipe: { ...trainingRecipe(values, more), ...distillation },
    },
    recipe: recipe.name,
    seed: values.RNG_SEED,
    workers: workersOf(values),
    threads: values['RMINAS.THREADS'],
    startDeadline: values['RMINAS.START_DEADLINE'],
    workerDeadline: values['RMINAS.WORKER_DEADLINE'],
    device: values['RMINAS.DEVICE'],
    cluster: clusterOf(values),
    outDir: values.OUT_DIR,
    settings: withGenotype(new Map([...settings].filter(([key]) => isRead(key))), genotype),
    notices: [...config.notices, ...(fromSearch ? [searchNotice(config, recipe)] : [])],
  };
}

/** The settings with the genotype in its normal form, so that config.yaml has the text that the sidecar gets. */
function withGenotype(settings: Settings, genotype: string): Settings {
  const setting = settings.get(GENOTYPE);
  return setting === undefined ? settings : new Map([...settings, [GENOTYPE, { ...setting, value: str(genotype) }]]);
}

function genotypeOf(settings: Settings): string {
  const value = settings.get(GENOTYPE)?.value;
  if (value?.type === 'str' && value.value !== '') return value.value;
  throw new UsageError('No architecture was given.', {
    code: 'missing-genotype',
    nextSteps: ['Name one with --genotype, in quotes, or TRAIN.GENOTYPE in the configuration.'],
  });
}

/** Whether the file describes a search. Its epochs and its network size do not apply to a retraining. */
export function describesSearch({ file, dialect, purpose, settings }: Config): boolean {
  if (file === null || purpose === 'retraining') return false;
  return dialect === 'archive' || Object.keys(ALGORITHM_KEYS).some((key) => settings.get(key)?.source === 'file');
}

function searchNotice({ file }: Config, recipe: PublishedRecipe): string {
  return (
    `${file} describes a search: only its space and its data set are used. The recipe ${recipe.name} ` +
    `(${recipe.source}) sets the training; KEY VALUE pairs override it.`
  );
}

function trainingRecipe(values: SearchValues, more: RetrainingValues): TrainingRecipe {
  return {
    epochs: more['OPTIM.MAX_EPOCH'],
    batchSize: values['LOADER.BATCH_SIZE'],
    optimizer: { ...sgdOf(values), ...gradientNormOf(values) },
    schedule: scheduleOf(values, more),
    labelSmoothing: more['SEARCH.LABEL_SMOOTH'],
    dropPath: more['TRAIN.DROP_PATH_PROB'],
    auxiliaryWeight: more['TRAIN.AUX_WEIGHT'],
    cutout: more['TRAIN.CUTOUT_LENGTH'],
    measureEvery: more.EVAL_PERIOD,
    ...optionsOf(more),
  };
}

/** Options at their defaults are left out, so that earlier plans keep their digest. */
function optionsOf(more: RetrainingValues): Pick<TrainingRecipe, 'normalisesPools' | 'precision' | 'patience'> {
  const precision = more['RMINAS.RETRAIN_PRECISION'];
  const patience = more['RMINAS.PATIENCE'];
  return {
    ...(!more['RMINAS.NORMALISE_POOLS'] && { normalisesPools: false }),
    ...(precision !== 'float32' && { precision }),
    ...(patience > 0 && { patience }),
  };
}

function scheduleOf(values: SearchValues, more: RetrainingValues): Schedule {
  const warmup = { epochs: more['OPTIM.WARMUP_EPOCH'], factor: more['OPTIM.WARMUP_FACTOR'] };
  const multiplier = more['OPTIM.LR_MULT'];
  switch (more['OPTIM.LR_POLICY']) {
    case 'cos':
      return { policy: 'cosine', warmup, minimum: values['OPTIM.MIN_LR'] };
    case 'linear':
      return { policy: 'linear', warmup };
    case 'step':
      return { policy: 'step', warmup, milestones: more['OPTIM.STEPS'], factor: multiplier };
    case 'exp':
      return { policy: 'exponential', warmup, factor: multiplier };
  }
}

/** The values of keys that only the networks of DARTS read, for other networks. */
const WITHOUT_DARTS = { 'TRAIN.DROP_PATH_PROB': 0, 'TRAIN.AUX_WEIGHT': 0, 'RMINAS.NORMALISE_POOLS': true } as const;

function checkDartsKeys({ name, retraining }: SpaceDefinition, more: RetrainingValues): void {
  if (retraining.regularised) return;
  for (const [key, only] of Object.entries(WITHOUT_DARTS)) {
    const value = more[key as keyof typeof WITHOUT_DARTS];
    if (value === only) continue;
    throw new UsageError(
      `${key} is ${value === false ? 'False' : value}, but the networks of ${name} do not support it.`,
      {
        code: 'unsupported-key',
        nextSteps: [`Set ${key} to ${only === true ? 'True' : '0.0'}, or leave it out.`],
      },
    );
  }
}

function checkResolution({ name, resolution, resizable }: DatasetDefinition, side: number): void {
  if (resizable || side === resolution) return;
  throw new UsageError(`TRAIN.IM_SIZE is ${side}, and the images of ${name} are ${resolution} pixels wide.`, {
    code: 'wrong-resolution',
    nextSteps: [`Set TRAIN.IM_SIZE to ${resolution}, or leave it out.`],
  });
}
