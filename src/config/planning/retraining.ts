/** What a configuration asks for when a found architecture is trained. */
import { UsageError } from '../../errors.js';
import type { Recipe as RecipeFields, Retraining, Schedule } from '../../protocol/retraining.js';
import { checkTrainable, spaceOfGenotype } from '../../spaces/trainable.js';
import type { Config } from '../load.js';
import { type DatasetFacts, resolveDataset, resolveSpace } from '../schema/names.js';
import { checkRanges, readValues, type Values } from '../schema/ranges.js';
import { LARGE_BATCH, type Recipe, recipeOf } from '../schema/recipes.js';
import { DUMPED_KEYS, type RetrainingValues, retrainingKeys, SEARCH_KEYS } from '../schema/retraining-keys.js';
import type { Setting, Settings } from '../yacs/merge.js';
import { depthAndWidth, gradientNormOf, sgdOf } from './search.js';

export interface RetrainingPlan {
  readonly retraining: Retraining;
  /** Of the recipe that the keys were completed by. */
  readonly recipe: string;
  readonly seed: number;
  readonly workers: number;
  /** Threads of each worker; 0 shares the cores among them. */
  readonly threads: number;
  /** How long a worker may give no sign of life, in s. */
  readonly workerDeadline: number;
  /** `auto`, `cpu`, `cuda` or `cuda:N`. */
  readonly device: string;
  readonly outDir: string;
  /** The settings of the retraining, completed: as a file they come to the same plan. */
  readonly settings: Settings;
  readonly notices: readonly string[];
}

/**
 * The space in whose notation TRAIN.GENOTYPE is, if no key names one: to be loaded again with. Null where one is named.
 * @throws UsageError where there is no architecture, or it is in no notation.
 */
export function unnamedSpace(config: Config): string | null {
  if (config.settings.get('SPACE.NAME')?.source !== 'default') return null;
  const genotype = genotypeOf(config.settings);
  const space = spaceOfGenotype(genotype);
  if (space !== undefined) return space;
  throw new UsageError(`"${genotype}" is no genotype of any space.`, {
    code: 'invalid-genotype',
    nextSteps: ['Name its space to hear what is wrong with it: --space nas-bench-201, darts, nas-bench-macro …'],
  });
}

/** @throws UsageError when the configuration is well-formed but nothing can be trained by it. */
export function planRetraining(config: Config): RetrainingPlan {
  const space = resolveSpace(config.values['SPACE.NAME']);
  const dataset = resolveDataset(config.values['LOADER.DATASET']);
  const genotype = genotypeOf(config.settings);
  checkTrainable(space.name, genotype);
  const recipe = recipeOf(space.name, dataset.name);
  const fromSearch = describesSearch(config);
  const settings = complete(config.settings, recipe, dataset, fromSearch);
  const values = checkRanges(settings);
  const more = readValues(settings, retrainingKeys);
  checkAbilities(space.name, more);
  checkResolution(dataset, more['TRAIN.IM_SIZE']);
  return {
    retraining: {
      space: space.name,
      genotype,
      network: { ...depthAndWidth(values, space), classes: dataset.classes, resolution: more['TRAIN.IM_SIZE'] },
      dataset: dataset.name,
      recipe: recipeFields(values, more),
    },
    recipe: recipe.name,
    seed: values.RNG_SEED,
    workers: values['RMINAS.WORKERS'],
    threads: values['RMINAS.THREADS'],
    workerDeadline: values['RMINAS.WORKER_DEADLINE'],
    device: values['RMINAS.DEVICE'],
    outDir: values.OUT_DIR,
    settings: new Map([...settings].filter(([key]) => DUMPED_KEYS.has(key))),
    notices: [...config.notices, ...(fromSearch ? [searchNotice(config, recipe)] : [])],
  };
}

function genotypeOf(settings: Settings): string {
  const value = settings.get('TRAIN.GENOTYPE')?.value;
  if (value?.type === 'str' && value.value !== '') return value.value;
  throw new UsageError('No architecture was given.', {
    code: 'missing-genotype',
    nextSteps: ['Name one with --genotype, in quotes, or TRAIN.GENOTYPE in the configuration.'],
  });
}

/** Whether the file says how to search: how long it trains and how large a network is no matter of a retraining. */
function describesSearch({ file, dialect, purpose, settings }: Config): boolean {
  if (file === null || purpose === 'retraining') return false;
  return dialect === 'archive' || SEARCH_KEYS.some((key) => settings.get(key)?.source === 'file');
}

function searchNotice({ file }: Config, recipe: Recipe): string {
  return (
    `${file} describes a search: its space and its data set are taken, and how to train is the recipe ${recipe.name} ` +
    `(${recipe.source}). KEY VALUE pairs override it.`
  );
}

/** The settings with the recipe's in place of those that nobody set, or set for a search. */
function complete(settings: Settings, recipe: Recipe, dataset: DatasetFacts, fromSearch: boolean): Settings {
  const completed = new Map(settings);
  const isFree = (key: string) => {
    const source = settings.get(key)?.source;
    return source === 'default' || (fromSearch && source === 'file');
  };
  const fill = (key: string, value: Setting['value'], where: string) => {
    if (isFree(key)) completed.set(key, { value, source: 'default', where });
  };
  for (const [key, value] of Object.entries(recipe.keys)) fill(key, value, `the recipe ${recipe.name}`);
  const batch = completed.get('LOADER.BATCH_SIZE')?.value;
  if (batch?.type === 'int' && batch.value > LARGE_BATCH) {
    for (const [key, value] of Object.entries(recipe.largeBatch)) fill(key, value, `the recipe ${recipe.name}`);
  }
  // The archive has one key for the images of searches and retrainings.
  const side = isFree('SEARCH.IM_SIZE') ? undefined : settings.get('SEARCH.IM_SIZE')?.value;
  fill('TRAIN.IM_SIZE', side ?? { type: 'int', value: dataset.resolution }, `the data set ${dataset.name}`);
  return completed;
}

function recipeFields(values: Values, more: RetrainingValues): RecipeFields {
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
  };
}

function scheduleOf(values: Values, more: RetrainingValues): Schedule {
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

function checkAbilities(space: string, more: RetrainingValues): void {
  for (const key of ['TRAIN.DROP_PATH_PROB', 'TRAIN.AUX_WEIGHT'] as const) {
    if (space === 'darts' || more[key] === 0) continue;
    throw new UsageError(`${key} is ${more[key]}, and the networks of ${space} have no such thing.`, {
      code: 'unsupported-key',
      nextSteps: [`Set ${key} to 0.0, or leave it out.`],
    });
  }
}

function checkResolution({ name, resolution, resizable }: DatasetFacts, side: number): void {
  if (resizable || side === resolution) return;
  throw new UsageError(`TRAIN.IM_SIZE is ${side}, and the images of ${name} are ${resolution} pixels wide.`, {
    code: 'wrong-resolution',
    nextSteps: [`Set TRAIN.IM_SIZE to ${resolution}, or leave it out.`],
  });
}
