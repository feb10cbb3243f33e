/** The keys of a retraining. */
import { z } from 'zod';
import { oneOf, whole } from './ranges.js';

const probability = z.number().min(0).lt(1).describe('a number from 0 to 1, 1 excluded');
const factor = z.number().gt(0).max(1).describe('a number above 0, at most 1');

/** The keys that a retraining reads besides those of a search. */
export const retrainingKeys = z.object({
  'OPTIM.MAX_EPOCH': whole(1, 10_000),
  'OPTIM.LR_POLICY': oneOf(['cos', 'linear', 'step', 'exp']),
  'OPTIM.STEPS': z.array(z.int().min(0)).max(10_000).describe('a list of epochs'),
  'OPTIM.LR_MULT': factor,
  'OPTIM.WARMUP_EPOCH': whole(0, 10_000),
  'OPTIM.WARMUP_FACTOR': z.number().min(0).max(1).describe('a number from 0 to 1'),
  'SEARCH.LABEL_SMOOTH': probability,
  'TRAIN.IM_SIZE': whole(1, 1024),
  'TRAIN.DROP_PATH_PROB': probability,
  'TRAIN.AUX_WEIGHT': z.number().min(0).describe('a number of at least 0'),
  'TRAIN.CUTOUT_LENGTH': whole(0, 1024),
  'TRAIN.GENOTYPE': z.string().min(1).max(4096).describe('a genotype'),
  EVAL_PERIOD: whole(1, 10_000),
});
export type RetrainingValues = z.infer<typeof retrainingKeys>;

/** The keys that say all of a retraining, as a file. */
export const DUMPED_KEYS: ReadonlySet<string> = new Set([
  ...Object.keys(retrainingKeys.shape),
  'SPACE.NAME',
  'LOADER.DATASET',
  'LOADER.DATAPATH',
  'LOADER.BATCH_SIZE',
  'OPTIM.BASE_LR',
  'OPTIM.MIN_LR',
  'OPTIM.MOMENTUM',
  'OPTIM.DAMPENING',
  'OPTIM.NESTEROV',
  'OPTIM.WEIGHT_DECAY',
  'OPTIM.GRAD_CLIP',
  'TRAIN.CHANNELS',
  'TRAIN.LAYERS',
  'OUT_DIR',
  'RNG_SEED',
  'RMINAS.CHANNELS',
  'RMINAS.CELLS',
  'RMINAS.WORKERS',
  'RMINAS.THREADS',
  'RMINAS.WORKER_DEADLINE',
  'RMINAS.DEVICE',
]);
/** The keys of a search alone, which XNAS's files for searches have. */
export const SEARCH_KEYS = ['RMINAS.LOSS_BETA', 'RMINAS.RF_WARMUP', 'RMINAS.RF_THRESRATE', 'RMINAS.RF_SUCC'];
