/** Completes the settings of a retraining with the published recipe. */
import type { DatasetDefinition } from '../../datasets/definition.js';
import type { KeyDefault } from '../../definitions/key.js';
import type { PublishedRecipe } from '../../definitions/recipe.js';
import { toValue } from '../schema/keys.js';
import { RETRAINING_KEYS } from '../schema/retraining-keys.js';
import { SHARED_KEYS } from '../schema/shared-keys.js';
import type { Settings } from '../yacs/merge.js';
import { toPlain } from '../yacs/value.js';

const KEYS = { ...SHARED_KEYS, ...RETRAINING_KEYS };
const BATCH_SIZE = 'LOADER.BATCH_SIZE';
const SEARCH_SIDE = 'SEARCH.IM_SIZE';
const TRAINING_SIDE = 'TRAIN.IM_SIZE';

/**
 * The settings with those of the recipe in place of unset ones.
 * @param fromSearch whether the file describes a search: then the recipe replaces its values, too
 */
export function completeSettings(
  settings: Settings,
  recipe: PublishedRecipe,
  { dataset, fromSearch }: { dataset: DatasetDefinition; fromSearch: boolean },
): Settings {
  const completed = new Map(settings);
  const isFree = (key: string) => {
    const source = settings.get(key)?.source;
    return source === 'default' || (fromSearch && source === 'file');
  };
  const fill = (key: keyof typeof KEYS, plain: KeyDefault, where: string) => {
    if (isFree(key)) completed.set(key, { value: toValue(KEYS[key], plain), source: 'default', where });
  };
  const where = `the recipe ${recipe.name}`;
  fill(BATCH_SIZE, batchSizeFor(recipe, dataset), where);
  const batchSize = completed.get(BATCH_SIZE)?.value;
  for (const [key, plain] of Object.entries(recipeKeys(recipe, Number(batchSize && toPlain(batchSize))))) {
    fill(key as keyof typeof KEYS, plain, where);
  }
  // The archive has one key for the images of searches and of retrainings.
  const side = isFree(SEARCH_SIDE) ? undefined : settings.get(SEARCH_SIDE)?.value;
  const known = side?.type === 'int' ? side.value : dataset.resolution;
  fill(TRAINING_SIDE, known, `the data set ${dataset.name}`);
  return completed;
}

/** An epoch of few images has at least eight updates, where batches of eight images allow it. */
function batchSizeFor({ batchSize }: PublishedRecipe, { own }: DatasetDefinition): number {
  if (own === undefined) return batchSize;
  const most = 2 ** Math.floor(Math.log2(Math.max(8, own.trainImages / 8)));
  return Math.min(batchSize, most);
}

function recipeKeys(
  recipe: PublishedRecipe,
  batchSize: number,
): Readonly<Partial<Record<keyof typeof KEYS, KeyDefault>>> {
  const { largeBatch, network } = recipe;
  const warmup = largeBatch !== null && batchSize > largeBatch.above ? largeBatch : null;
  return {
    'OPTIM.BASE_LR': recipe.learningRate,
    'OPTIM.MOMENTUM': recipe.momentum,
    'OPTIM.DAMPENING': recipe.dampening,
    'OPTIM.NESTEROV': recipe.nesterov,
    'OPTIM.WEIGHT_DECAY': recipe.weightDecay,
    'OPTIM.GRAD_CLIP': recipe.gradientNorm,
    'OPTIM.LR_POLICY': recipe.schedule === 'cosine' ? 'cos' : recipe.schedule,
    'OPTIM.MIN_LR': 0,
    'OPTIM.MAX_EPOCH': recipe.epochs,
    'OPTIM.WARMUP_EPOCH': warmup?.warmupEpochs ?? 0,
    ...(warmup && { 'OPTIM.WARMUP_FACTOR': warmup.warmupFactor }),
    'SEARCH.LABEL_SMOOTH': recipe.labelSmoothing,
    'TRAIN.DROP_PATH_PROB': recipe.dropPath,
    'TRAIN.AUX_WEIGHT': recipe.auxiliaryWeight,
    'TRAIN.CUTOUT_LENGTH': recipe.cutout,
    ...(network && { 'TRAIN.CHANNELS': network.channels, 'TRAIN.LAYERS': network.cells }),
    // The network of the paper, regardless of the size in the search.
    'RMINAS.CHANNELS': 0,
    'RMINAS.CELLS': 0,
  };
}
