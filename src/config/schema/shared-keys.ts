/** The keys that searches and retrainings read. */
import { z } from 'zod';
import { flag, type KeyGroup, list, number, text, type ValuesOf, wholeNumber } from '../../definitions/key.js';
import { stageSchema } from '../../protocol/specification.js';
import { OWN_DATA_KEYS } from './own-data-keys.js';
import { pathKey } from './path-key.js';

/** Where XNAS has a key, the default is that of its `xnas/core/config.py` (ea8f8ab). */
export const SHARED_KEYS = {
  'SPACE.NAME': text(
    'darts',
    { least: 1, most: 4096, range: 'the name of a space, or the path of a YAML file' },
    'The search space; see [spaces](#spaces-and-data-sets). The path of a YAML file names [a space of your own](your-space.md); a relative path starts from the folder of the configuration file.',
  ),
  'LOADER.DATASET': text(
    'cifar10',
    { least: 1, most: 4200, range: 'a name, or SCHEME:PATH of at most 4200 characters' },
    'The data set: a [name](#spaces-and-data-sets), or your own images, see [your-data.md](your-data.md). A relative path starts from the current folder.',
  ),
  'LOADER.DATAPATH': pathKey('', 0, 'The folder to look for data in first.'),
  'LOADER.BATCH_SIZE': wholeNumber(
    256,
    { least: 2, most: 65_536 },
    'Images that candidates are trained on, chosen from 16 times as many. The paper uses 32.',
  ),
  'OPTIM.BASE_LR': number(0.1, { above: 0 }, 'Learning rate of SGD.'),
  'OPTIM.MIN_LR': number(1e-3, { least: 0 }, 'Learning rate at the end of the cosine, where the space has one.'),
  'OPTIM.MOMENTUM': number(0.9, { least: 0 }, 'Momentum of SGD.'),
  'OPTIM.DAMPENING': number(0, {}, 'Dampening of the momentum.'),
  'OPTIM.NESTEROV': flag(false, 'Whether the momentum is that of Nesterov.'),
  'OPTIM.WEIGHT_DECAY': number(5e-4, { least: 0 }, 'Weight decay of SGD.'),
  'OPTIM.GRAD_CLIP': number(
    5,
    { least: 0 },
    'Largest norm of the gradient, where the space clips it; 0.0 does not clip.',
  ),
  'TRAIN.CHANNELS': wholeNumber(36, { least: 1, most: 1024 }, 'Channels of a network of `darts`.'),
  'TRAIN.LAYERS': wholeNumber(20, { least: 1, most: 64 }, 'Cells of a network of `darts`.'),
  OUT_DIR: pathKey('exp/', 1, 'The parent folder of the folders of runs.'),
  RNG_SEED: wholeNumber(
    1,
    { least: 0, most: Number.MAX_SAFE_INTEGER },
    'The seed; everything random is derived from it.',
  ),
  'RMINAS.CHANNELS': wholeNumber(0, { least: 0, most: 1024 }, 'Channels of the stem; 0 is the number of the original.'),
  'RMINAS.CELLS': wholeNumber(
    0,
    { least: 0, most: 64 },
    'Cells in each stage, for `darts` in the whole network; 0 is the number of the original.',
  ),
  'RMINAS.WORKERS': wholeNumber(1, { least: 1, most: 256 }, 'Evaluations that run in parallel.'),
  'RMINAS.THREADS': wholeNumber(
    1,
    { least: 0, most: 1024 },
    'Threads of each worker; 0 divides the cores among the workers. More than one [is hardly worth it](performance.md#workers).',
  ),
  'RMINAS.START_DEADLINE': wholeNumber(
    120,
    { least: 1, most: 86_400 },
    'Seconds without a sign of life after which a start of the sidecar has failed. The start itself may take any time.',
  ),
  'RMINAS.WORKER_DEADLINE': wholeNumber(
    120,
    { least: 1, most: 86_400 },
    'Seconds without a sign of life after which a worker is replaced.',
  ),
  'RMINAS.DEVICE': text(
    'auto',
    {
      most: 1000,
      pattern: /^(?:auto|(?:cpu|cuda(?::\d+)?)(?:,(?:cpu|cuda(?::\d+)?))*)$/,
      range: 'auto, cpu, cuda, cuda:N, or several of them, separated by commas',
    },
    'The devices that train. The workers take them in turn; `cuda` stands for all GPUs. See [cluster.md](cluster.md#several-gpus).',
  ),
  ...OWN_DATA_KEYS,
  'RMINAS.TEACHER': pathKey(
    '',
    0,
    "The teacher: a name, a checkpoint, or [your own](your-teacher.md); by default the data set's, from the data folders.",
  ),
  'RMINAS.TEACHER_WEIGHTS': pathKey(
    '',
    0,
    'The file of the weights of your own teacher, or `random`; by default those in the cache of its library.',
  ),
  'RMINAS.TEACHER_STAGES': list<string>(
    [],
    { element: stageSchema, most: 16, range: 'a list of names of modules' },
    'The modules of the teacher whose features are compared; by default they are [found](your-teacher.md#stages).',
  ),
  'RMINAS.TEACHER_ARCH': text(
    '',
    { most: 100, range: 'a name of at most 100 characters' },
    "The teacher's architecture; by default the data set's.",
  ),
  'RMINAS.PLUGINS': list<string>(
    [],
    {
      element: z.string().min(1).max(4096),
      most: 100,
      range: 'a list of at most 100 Python files and modules',
    },
    'Plugins that add spaces, data sets, teachers and proxies, see [extending.md](extending.md). A relative path starts from the folder of the configuration file.',
  ),
} satisfies KeyGroup;
export type SharedValues = ValuesOf<typeof SHARED_KEYS>;
