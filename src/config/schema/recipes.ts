/** How the papers train what is found: the keys of a retraining that nobody set. */
import type { DatasetName, SpaceName } from '../../protocol/specification.js';
import { bool, float, int, str, type Value } from '../yacs/value.js';

export interface Recipe {
  readonly name: string;
  /** Where it is published, for messages. */
  readonly source: string;
  readonly keys: Readonly<Record<string, Value>>;
  /** What else holds for batches of more than 256 images. */
  readonly largeBatch: Readonly<Record<string, Value>>;
}

export const LARGE_BATCH = 256;

/** What all have in common, and no more than that: a network without regularisation, trained by SGD along a cosine. */
const PLAIN: Readonly<Record<string, Value>> = {
  'OPTIM.MOMENTUM': float(0.9),
  'OPTIM.DAMPENING': float(0),
  'OPTIM.NESTEROV': bool(false),
  'OPTIM.LR_POLICY': str('cos'),
  'OPTIM.MIN_LR': float(0),
  'OPTIM.GRAD_CLIP': float(0),
  'OPTIM.WARMUP_EPOCH': int(0),
  'SEARCH.LABEL_SMOOTH': float(0),
  'TRAIN.DROP_PATH_PROB': float(0),
  'TRAIN.AUX_WEIGHT': float(0),
  'TRAIN.CUTOUT_LENGTH': int(0),
  // The size is that of the original network, whatever a search had.
  'RMINAS.CHANNELS': int(0),
  'RMINAS.CELLS': int(0),
};

const NAS_BENCH_201: Recipe = {
  name: 'nas-bench-201',
  source: 'NAS-Bench-201, section 2.2',
  keys: {
    ...PLAIN,
    'LOADER.BATCH_SIZE': int(256),
    'OPTIM.BASE_LR': float(0.1),
    'OPTIM.NESTEROV': bool(true),
    'OPTIM.WEIGHT_DECAY': float(5e-4),
    'OPTIM.MAX_EPOCH': int(200),
  },
  largeBatch: {},
};

const NAS_BENCH_MACRO: Recipe = {
  name: 'nas-bench-macro',
  source: "NAS-Bench-Macro's train.py",
  keys: {
    ...NAS_BENCH_201.keys,
    'OPTIM.NESTEROV': bool(false),
    'OPTIM.MAX_EPOCH': int(50),
  },
  largeBatch: {},
};

const DARTS_CIFAR: Recipe = {
  name: 'darts-cifar',
  source: 'DARTS, section A.3.1',
  keys: {
    ...PLAIN,
    'LOADER.BATCH_SIZE': int(96),
    'OPTIM.BASE_LR': float(0.025),
    'OPTIM.WEIGHT_DECAY': float(3e-4),
    'OPTIM.GRAD_CLIP': float(5),
    'OPTIM.MAX_EPOCH': int(600),
    'TRAIN.CHANNELS': int(36),
    'TRAIN.LAYERS': int(20),
    'TRAIN.DROP_PATH_PROB': float(0.2),
    'TRAIN.AUX_WEIGHT': float(0.4),
    'TRAIN.CUTOUT_LENGTH': int(16),
  },
  largeBatch: {},
};

/** DARTS's own script lowers the rate by 3 % an epoch (`exp` with LR_MULT 0.97); its successors, in a straight line. */
const IMAGENET: Recipe = {
  name: 'imagenet',
  source: 'DARTS, section A.3.2, with the schedule of PC-DARTS',
  keys: {
    ...PLAIN,
    'LOADER.BATCH_SIZE': int(128),
    'OPTIM.BASE_LR': float(0.1),
    'OPTIM.LR_POLICY': str('linear'),
    'OPTIM.WEIGHT_DECAY': float(3e-5),
    'OPTIM.GRAD_CLIP': float(5),
    'OPTIM.MAX_EPOCH': int(250),
    'SEARCH.LABEL_SMOOTH': float(0.1),
  },
  // A fifth of the rate in the first epoch, two in the second, … all of it in the fifth.
  largeBatch: { 'OPTIM.WARMUP_EPOCH': int(4), 'OPTIM.WARMUP_FACTOR': float(0.2) },
};

const DARTS_IMAGENET: Recipe = {
  ...IMAGENET,
  name: 'darts-imagenet',
  keys: {
    ...IMAGENET.keys,
    'TRAIN.CHANNELS': int(48),
    'TRAIN.LAYERS': int(14),
    'TRAIN.AUX_WEIGHT': float(0.4),
  },
};

/** The recipe by which papers train the networks of a space for a data set. */
export function recipeOf(space: SpaceName, dataset: DatasetName): Recipe {
  switch (space) {
    case 'nas-bench-201':
      return NAS_BENCH_201;
    case 'nas-bench-macro':
      return NAS_BENCH_MACRO;
    case 'darts':
      return dataset === 'imagenet' ? DARTS_IMAGENET : DARTS_CIFAR;
    case 'proxyless':
    case 'mb':
      return IMAGENET;
  }
}
