/**
 * Keys of `xnas/core/config.py` (XNAS ea8f8ab, spelling included) that rminas does not read. A file may set them, so
 * that every file of XNAS loads.
 */
import type { KeyDefault, KeyType } from '../../definitions/key.js';

/** The type of a key, where its default does not show it: JavaScript has one kind of number. */
export type PlainKey = { readonly type: KeyType; readonly default: KeyDefault };

const int = (initial: number): PlainKey => ({ type: 'int', default: initial });
const float = (initial: number): PlainKey => ({ type: 'float', default: initial });
const bool = (initial: boolean): PlainKey => ({ type: 'bool', default: initial });
const str = (initial: string): PlainKey => ({ type: 'str', default: initial });
const list = (initial: readonly number[]): PlainKey => ({ type: 'list', default: initial });

export const UNREAD_KEYS: Readonly<Record<string, PlainKey>> = {
  'LOADER.SPLIT': list([0.8, 0.2]),
  'LOADER.USE_VAL': bool(false),
  'LOADER.NUM_WORKERS': int(8),
  'LOADER.PIN_MEMORY': bool(true),
  'LOADER.TRANSFORM': str('default'),

  'SPACE.CHANNELS': int(16),
  'SPACE.LAYERS': int(8),
  'SPACE.NODES': int(4),
  'SPACE.BASIC_OP': list([]),

  'OPTIM.FINAL_EPOCH': int(0),

  'SEARCH.MULTI_SIZES': list([]),
  'SEARCH.INPUT_CHANNELS': int(3),
  'SEARCH.LOSS_FUN': str('cross_entropy'),
  'SEARCH.AUTO_RESUME': bool(true),
  'SEARCH.WEIGHTS': str(''),
  'SEARCH.EVALUATION': str(''),

  'TRAIN.INPUT_CHANNELS': int(3),

  'TEST.IM_SIZE': int(224),
  'TEST.BATCH_SIZE': int(-1),

  'BENCHMARK.NB201PATH': str('./data/NAS-Bench-201-v1_1-096897.pth'),
  'BENCHMARK.NB301PATH': str('./data/nb301models/'),

  CUDNN_BENCH: bool(true),
  LOG_PERIOD: int(10),
  SAVE_PERIOD: int(1),
  NUM_GPUS: int(1),
  DETERMINSTIC: bool(true),
};

/**
 * Keys of the archive's configuration (`xnas/core/config.py` at 658593f) that none of its searches reads: a file in its
 * dialect may set them.
 */
export const UNREAD_ARCHIVE_KEYS: Readonly<Record<string, PlainKey>> = {
  'TRAIN.CHECKPOINT_PERIOD': int(1),
  'TRAIN.DATASET': str('cifar10'),
  'TRAIN.DATAPATH': str('/gdata/cifar10/'),
  'TRAIN.SPLIT': list([0.8, 0.2]),
  'TEST.WEIGHTS': str(''),

  'SEARCH.BATCH_SIZE': int(256),
  'SEARCH.EVAL_PERIOD': int(1),
  'SEARCH.CHECKPOINT_PERIOD': int(1),
  'SEARCH.AMP': bool(false),

  'SPACE.LOSS_FUN': str('cross_entropy'),
  'SPACE.PRIMITIVES': list([]),

  'MB.DEPTH': int(4),
  'MB.WIDTH_MULTI': float(1),
  'MB.BASIC_OP': list([]),
  'MB.STRIDE_STAGES': list([]),
  'MB.ACT_STAGES': list([]),
  'MB.SE_STAGES': list([]),

  'SNG.NAME': str('MIGO'),
  'SNG.THETA_LR': float(0.1),
  'SNG.PRUNING': bool(true),
  'SNG.PRUNING_STEP': int(3),
  'SNG.PROB_SAMPLING': bool(false),
  'SNG.UTILITY': str('log'),
  'SNG.UTILITY_FACTOR': float(0.4),
  'SNG.LAMBDA': int(-1),
  'SNG.MOMENTUM': bool(true),
  'SNG.GAMMA': float(0.9),
  'SNG.SAMPLING_PER_EDGE': int(1),
  'SNG.RANDOM_SAMPLE': bool(true),
  'SNG.WARMUP_RANDOM_SAMPLE': bool(true),
  'SNG.BIGMODEL_SAMPLE_PROB': float(0.5),
  'SNG.BIGMODEL_NON_PARA': int(2),
  'SNG.EDGE_SAMPLING': bool(false),
  'SNG.EDGE_SAMPLING_EPOCH': int(-1),

  'OPTIM.GAMMA': float(0.1),
  'OPTIM.UNROLLED': bool(false),

  'DATA_LOADER.BACKEND': str('dali_cpu'),
  'DATA_LOADER.WORLD_SIZE': int(1),
  'DATA_LOADER.MEMORY_DATA': bool(false),
  'DATA_LOADER.PCA_JITTER': bool(false),
  'DATA_LOADER.COLOR_JITTER': bool(false),

  'PREC_TIME.WARMUP_ITER': int(3),
  'PREC_TIME.NUM_ITER': int(200),
  'MEM.RELU_INPLACE': bool(true),
  'BN.EPS': float(1e-5),
  'BN.MOM': float(0.1),
  CFG_DEST: str('config.yaml'),
  LOG_DEST: str('file'),
  DIST_BACKEND: str('nccl'),
  HOST: str('localhost'),
  PORT: int(10_001),
  DOWNLOAD_CACHE: str('/tmp/pycls-download-cache'),
};
