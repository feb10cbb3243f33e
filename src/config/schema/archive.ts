/**
 * The dialect of the RMI-NAS archive: the keys of XNAS's configuration as it was when the archive was written
 * (`xnas/core/config.py` at 658593f), under their names of today where there are such.
 */

import { defaultSettings, groupsOf, type Settings } from '../yacs/merge.js';
import { bool, float, int, list, str, type Value } from '../yacs/value.js';
import type { Group } from '../yacs/yaml-file.js';
import { DEFAULTS } from './defaults.js';

/** Keys of the archive that have another name today. */
export const ARCHIVE_ALIASES: ReadonlyMap<string, string> = new Map([
  ['SEARCH.DATASET', 'LOADER.DATASET'],
  ['SEARCH.DATAPATH', 'LOADER.DATAPATH'],
  ['SEARCH.NUM_CLASSES', 'LOADER.NUM_CLASSES'],
  ['SEARCH.SPLIT', 'LOADER.SPLIT'],
  ['SEARCH.INPUT_CHANNEL', 'SEARCH.INPUT_CHANNELS'],
  // The scripts' own batch; SEARCH.BATCH_SIZE is not read by them.
  ['TRAIN.BATCH_SIZE', 'LOADER.BATCH_SIZE'],
  ['DATA_LOADER.NUM_WORKERS', 'LOADER.NUM_WORKERS'],
  ['DATA_LOADER.PIN_MEMORY', 'LOADER.PIN_MEMORY'],
  ['SPACE.CHANNEL', 'SPACE.CHANNELS'],
  ['OPTIM.WARMUP_EPOCHS', 'OPTIM.WARMUP_EPOCH'],
  ['CUDNN.BENCHMARK', 'CUDNN_BENCH'],
]);

/** Keys of the archive that none of its searches reads: a file may set them, and they change nothing. */
const INERT: Readonly<Record<string, Value>> = {
  'TRAIN.CHECKPOINT_PERIOD': int(1),
  'TRAIN.DATASET': str('cifar10'),
  'TRAIN.DATAPATH': str('/gdata/cifar10/'),
  'TRAIN.SPLIT': list([float(0.8), float(0.2)]),
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

/** Keys whose default was another one then, and is read by the archive's searches. */
const OLD_DEFAULTS: Readonly<Record<string, Value>> = { 'LOADER.BATCH_SIZE': int(96) };

/** Every key of ours and of the archive, with the archive's defaults. */
export function archiveSettings(): Settings {
  return new Map([
    ...defaultSettings({ ...DEFAULTS, ...INERT }),
    ...defaultSettings(OLD_DEFAULTS, 'the defaults of the archive'),
  ]);
}

/** The settings without the keys that change nothing. */
export function withoutInert(settings: Settings): Settings {
  return new Map([...settings].filter(([key]) => !Object.hasOwn(INERT, key)));
}

/**
 * Whether a file is in the archive's dialect: it has a key or a group that only the archive's has, and no group LOADER,
 * by which XNAS replaced those.
 */
export function isArchiveDialect(file: Group): boolean {
  return !file.entries.some(({ key }) => key === 'LOADER') && namesIn(file).some((name) => MARKS.has(name));
}

const MARKS: ReadonlySet<string> = marks();

function marks(): Set<string> {
  const then = [...ARCHIVE_ALIASES.keys(), ...Object.keys(INERT)];
  const groups = groupsOf(then);
  for (const group of groupsOf(Object.keys(DEFAULTS))) groups.delete(group);
  return new Set([...then, ...groups]);
}

/** The names of all groups and keys, as they are nested. */
function namesIn({ entries }: Group): string[] {
  return entries.flatMap(({ key, content }) => [
    key,
    ...(content.type === 'group' ? namesIn(content).map((inner) => `${key}.${inner}`) : []),
  ]);
}
