import { bool, float, int, list, str, type Value } from '../yacs/value.js';

/**
 * Every key that a configuration may set, with its default: the type of the default is the type of the key.
 * The first part is that of `xnas/core/config.py` (XNAS ea8f8ab), spelling included; most of it is read by other
 * algorithms of XNAS and is here so that any of its files loads.
 */
const XNAS: Readonly<Record<string, Value>> = {
  'LOADER.DATASET': str('cifar10'),
  'LOADER.DATAPATH': str(''),
  'LOADER.SPLIT': list([float(0.8), float(0.2)]),
  'LOADER.USE_VAL': bool(false),
  'LOADER.NUM_CLASSES': int(10),
  'LOADER.NUM_WORKERS': int(8),
  'LOADER.PIN_MEMORY': bool(true),
  'LOADER.BATCH_SIZE': int(256),
  'LOADER.TRANSFORM': str('default'),

  'SPACE.NAME': str('darts'),
  'SPACE.CHANNELS': int(16),
  'SPACE.LAYERS': int(8),
  'SPACE.NODES': int(4),
  'SPACE.BASIC_OP': list([]),

  'OPTIM.BASE_LR': float(0.1),
  'OPTIM.MIN_LR': float(1e-3),
  'OPTIM.LR_POLICY': str('cos'),
  'OPTIM.STEPS': list([int(30), int(60), int(90)]),
  'OPTIM.LR_MULT': float(0.1),
  'OPTIM.MOMENTUM': float(0.9),
  'OPTIM.DAMPENING': float(0),
  'OPTIM.NESTEROV': bool(false),
  'OPTIM.WEIGHT_DECAY': float(5e-4),
  'OPTIM.GRAD_CLIP': float(5),
  'OPTIM.MAX_EPOCH': int(200),
  'OPTIM.WARMUP_EPOCH': int(0),
  'OPTIM.WARMUP_FACTOR': float(0.1),
  'OPTIM.FINAL_EPOCH': int(0),

  'SEARCH.IM_SIZE': int(32),
  'SEARCH.MULTI_SIZES': list([]),
  'SEARCH.INPUT_CHANNELS': int(3),
  'SEARCH.LOSS_FUN': str('cross_entropy'),
  'SEARCH.LABEL_SMOOTH': float(0),
  'SEARCH.AUTO_RESUME': bool(true),
  'SEARCH.WEIGHTS': str(''),
  'SEARCH.EVALUATION': str(''),

  'TRAIN.IM_SIZE': int(32),
  'TRAIN.INPUT_CHANNELS': int(3),
  'TRAIN.DROP_PATH_PROB': float(0.2),
  'TRAIN.LAYERS': int(20),
  'TRAIN.CHANNELS': int(36),
  'TRAIN.GENOTYPE': str(''),

  'TEST.IM_SIZE': int(224),
  'TEST.BATCH_SIZE': int(-1),

  'BENCHMARK.NB201PATH': str('./data/NAS-Bench-201-v1_1-096897.pth'),
  'BENCHMARK.NB301PATH': str('./data/nb301models/'),

  CUDNN_BENCH: bool(true),
  LOG_PERIOD: int(10),
  EVAL_PERIOD: int(1),
  SAVE_PERIOD: int(1),
  NUM_GPUS: int(1),
  OUT_DIR: str('exp/'),
  DETERMINSTIC: bool(true),
  RNG_SEED: int(1),
};

/** XNAS reads these two in retrainings and has no defaults for them; the values are those of DARTS. */
const RETRAINING: Readonly<Record<string, Value>> = {
  'TRAIN.AUX_WEIGHT': float(0.4),
  'TRAIN.CUTOUT_LENGTH': int(16),
};

/** XNAS has these four in its files and not in its defaults; the values are those of the paper and of every file. */
const RMINAS: Readonly<Record<string, Value>> = {
  'RMINAS.LOSS_BETA': float(0.8),
  'RMINAS.RF_WARMUP': int(100),
  'RMINAS.RF_THRESRATE': float(0.05),
  'RMINAS.RF_SUCC': int(100),
};

/** Ours. */
const ADDITIONS: Readonly<Record<string, Value>> = {
  'RMINAS.PROFILE': str('paper'),
  // Takes XNAS where it can be imported.
  'RMINAS.BACKEND': str('auto'),
  // Of our own functions; the original's know plain arithmetic only.
  'RMINAS.ARITHMETIC': str('fast'),
  'RMINAS.PRECISION': str('float32'),
  // Network size; 0 is the original's: for `darts` TRAIN.CHANNELS and LAYERS, else what no key of XNAS changes.
  'RMINAS.CHANNELS': int(0),
  'RMINAS.CELLS': int(0),
  // What the search minimises; the aggregate ranks by several proxies, each followed by its weight.
  'RMINAS.OBJECTIVE': str('rmi'),
  'RMINAS.AGGREGATE': str('cka 1 synflow 0.5 flops 0.5'),
  // Empty is the validation accuracy on the data set.
  'RMINAS.BENCHMARK_SERIES': str(''),
  // Who proposes.
  'RMINAS.STRATEGY': str('forest'),
  'RMINAS.CANDIDATES': int(1000),
  // Of the candidates, those that the forest ranks once what needs no training has ranked them; 0 is all.
  'RMINAS.SCREEN': int(0),
  'RMINAS.ANSWER': str('vote'),
  'RMINAS.VOTE': str('sum'),
  'RMINAS.VOTE_TOP': int(50),
  // The first two are those of AmoebaNet.
  'RMINAS.EVOLUTION_POPULATION': int(100),
  'RMINAS.EVOLUTION_SAMPLE': int(25),
  'RMINAS.REINFORCE_RATE': float(0.2),
  // 0 is RF_WARMUP + 10 RF_SUCC.
  'RMINAS.MAX_EVALUATIONS': int(0),
  // Trainings that cannot lead to a good architecture any more are stopped, but for an audited share.
  'RMINAS.FUTILITY': bool(true),
  'RMINAS.AUDIT': float(0.1),
  'RMINAS.WORKERS': int(1),
  // 0 shares the cores among the workers.
  'RMINAS.THREADS': int(1),
  // Seconds.
  'RMINAS.WORKER_DEADLINE': int(120),
  'RMINAS.DEVICE': str('auto'),
  'RMINAS.TEACHER': str(''),
  // Empty is the architecture that the originals use with the data set.
  'RMINAS.TEACHER_ARCH': str(''),
};

export const DEFAULTS: Readonly<Record<string, Value>> = { ...XNAS, ...RETRAINING, ...RMINAS, ...ADDITIONS };
