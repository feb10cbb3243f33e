import { Args, Flags, type Interfaces } from '@oclif/core';
import { BUILT_IN } from '../../catalogue/built-in.js';
import { userPath } from '../../installation/paths.js';

/** For flags and arguments that are paths. */
export const asPath = { parse: async (text: string) => userPath(text) };

/** The argument of every command that takes KEY VALUE pairs. Its name is what the usage shows. */
export const overrideArgs = { 'KEY VALUE': Args.string({ description: 'configuration keys and their values' }) };

const CONFIG = {
  description: 'configuration: the name of a shipped one, or a file in the format of XNAS or the RMI-NAS archive',
  helpValue: 'NAME|FILE',
  ...asPath,
};
export const configFlag = Flags.string({ ...CONFIG, required: true });
/** Not required, because --resume replaces it. */
export const optionalConfigFlag = Flags.string(CONFIG);

export const dataFlag = Flags.string({
  description: 'folder of the data sets and teachers',
  helpValue: 'DIR',
  env: 'RMINAS_DATA',
  ...asPath,
});

export const pythonFlag = Flags.string({
  description: 'Python interpreter (default: RMINAS_PYTHON, .venv, the active environment, python3)',
  helpValue: 'FILE',
  ...asPath,
});

/** For commands that need only the data set of a configuration. */
export const datasetFlag = Flags.string({
  description: 'data set: a name, or images of your own (LOADER.DATASET)',
  helpValue: 'NAME|folder:DIR|…',
});

/** Flags that say where data and Python are. */
export const placeFlags = { data: dataFlag, python: pythonFlag };

export const pluginFlag = Flags.string({
  description: 'Python file or module that adds spaces, data sets, teachers or proxies; may be repeated',
  helpValue: 'FILE|MODULE',
  multiple: true,
  // One value for each --plugin, so that KEY VALUE pairs may follow.
  multipleNonGreedy: true,
});

/** For jobs that can be logged while they run. */
export const logFlag = Flags.string({
  description: 'log the run as it goes; may be repeated',
  helpValue: 'tensorboard:DIR|mlflow:URI|wandb[:PROJECT]',
  multiple: true,
  multipleNonGreedy: true,
});

/** For searches whose answer is compared with random architectures. */
export const verifyFlags = {
  verify: Flags.integer({
    description: 'fully train the found architecture and this many random ones, and compare them',
    min: 0,
    helpValue: 'K',
  }),
  'verify-epochs': Flags.integer({
    description: 'epochs of these trainings (default: 10)',
    min: 1,
    helpValue: 'N',
    dependsOn: ['verify'],
  }),
};

/** The flag of the key RMINAS.ALLOW_PUBLIC, for every command that may run on a Ray cluster. */
export const clusterFlags = {
  'allow-public': Flags.boolean({
    description: 'accept a Ray cluster with addresses that the internet reaches (RMINAS.ALLOW_PUBLIC)',
    helpGroup: 'CONFIGURATION',
  }),
};

export const mixedFlag = Flags.boolean({
  description: 'mix scores of several kinds of devices or versions of PyTorch',
});

/** Flags of the commands that measure architectures into one folder. */
export const measuringFlags = { 'allow-mixed': mixedFlag, plugin: pluginFlag, ...placeFlags };

/** Flags of every command that evaluates architectures. */
export const runFlags = {
  ...placeFlags,
  plugin: pluginFlag,
  'no-cache': Flags.boolean({ description: 'do not share scores with other runs' }),
  ...clusterFlags,
};

/** Flags for configuration keys. Each one is short for `KEY VALUE`, placed before the user's own pairs. */
const KEY_FLAGS = {
  space: { key: 'SPACE.NAME', description: 'search space, or the YAML file of your own', helpValue: 'NAME|FILE' },
  profile: { key: 'RMINAS.PROFILE', description: 'paper, xnas or corrected', helpValue: 'NAME' },
  backend: { key: 'RMINAS.BACKEND', description: 'auto, native or xnas', helpValue: 'NAME' },
  strategy: {
    key: 'RMINAS.STRATEGY',
    description: BUILT_IN.strategies.names.join(', '),
    helpValue: 'NAME',
  },
  objective: { key: 'RMINAS.OBJECTIVE', description: 'rmi, aggregate, benchmark or a proxy', helpValue: 'NAME' },
  seed: { key: 'RNG_SEED', description: 'seed of the run', helpValue: 'N' },
  teacher: {
    key: 'RMINAS.TEACHER',
    description:
      'teacher: a name, a checkpoint, timm:NAME, torchvision:NAME, pytorchcv:NAME, FILE.py:FUNCTION, an archive',
    helpValue: 'TEACHER',
  },
  'teacher-weights': {
    key: 'RMINAS.TEACHER_WEIGHTS',
    description: "file of the teacher's weights, or random",
    helpValue: 'FILE',
  },
  'teacher-stages': {
    key: 'RMINAS.TEACHER_STAGES',
    description: 'modules of the teacher that are compared, separated by commas',
    helpValue: 'A,B,C',
  },
  'teacher-arch': { key: 'RMINAS.TEACHER_ARCH', description: "teacher's architecture", helpValue: 'NAME' },
  'val-share': { key: 'RMINAS.VAL_SHARE', description: 'share of your own images to hold out', helpValue: 'X' },
  device: { key: 'RMINAS.DEVICE', description: 'auto, cpu, cuda, cuda:N, or a list of them', helpValue: 'NAME,…' },
  workers: { key: 'RMINAS.WORKERS', description: 'parallel evaluations', helpValue: 'N' },
  threads: { key: 'RMINAS.THREADS', description: 'threads of each worker (0 divides the cores)', helpValue: 'N' },
  engine: { key: 'RMINAS.ENGINE', description: 'where workers run: local or ray', helpValue: 'local|ray' },
  'ray-address': {
    key: 'RMINAS.RAY_ADDRESS',
    description: 'Ray cluster: auto, local, ray://HOST:PORT or HOST:PORT',
    helpValue: 'ADDRESS',
  },
  'worker-resources': {
    key: 'RMINAS.WORKER_RESOURCES',
    description: 'what a worker takes of a Ray cluster',
    helpValue: 'CPU=1,GPU=0.5',
  },
  'max-workers': { key: 'RMINAS.MAX_WORKERS', description: 'most workers on a Ray cluster', helpValue: 'N' },
  out: { key: 'OUT_DIR', description: 'folder for the folders of runs', helpValue: 'DIR' },
} as const;

/** Flags for the limits of a search. They are short for `KEY VALUE`, too. */
const LIMIT_FLAGS = {
  'max-params': { key: 'RMINAS.MAX_PARAMS', description: 'most parameters of a network, e.g. 1.5M', helpValue: 'N' },
  'max-flops': {
    key: 'RMINAS.MAX_FLOPS',
    description: 'most multiply-adds of a network for one image, as the proxy flops counts them, e.g. 47e6',
    helpValue: 'N',
  },
  'max-latency': {
    key: 'RMINAS.MAX_LATENCY',
    description: 'longest inference on the device of the search, in milliseconds',
    helpValue: 'MS',
  },
  pareto: {
    key: 'RMINAS.PARETO',
    description: 'keep the front of loss against this cost',
    helpValue: 'params|flops|latency',
    options: ['params', 'flops', 'latency'],
  },
} as const;

/** All flags for keys, with the key that each is short for. */
export const FLAGS_OF_KEYS = { ...KEY_FLAGS, ...LIMIT_FLAGS } as const;

/** The key that a flag is short for; undefined for every other flag. */
export function keyOfFlag(name: string): string | undefined {
  const flags: Readonly<Record<string, { readonly key: string }>> = FLAGS_OF_KEYS;
  return flags[name]?.key;
}

type Flag<Name extends string> = Record<Name, Interfaces.OptionFlag<string | undefined>>;

export const keyFlags = flagsFor(KEY_FLAGS, 'CONFIGURATION');
/** Flags of the trainings that take a node of a Ray cluster each. */
export const nodeFlags = {
  engine: keyFlags.engine,
  'ray-address': keyFlags['ray-address'],
  'worker-resources': keyFlags['worker-resources'],
  ...clusterFlags,
};
export const limitFlags = flagsFor(LIMIT_FLAGS, 'LIMITS');
/** Limits that need no measurement of networks. */
export const countedLimitFlags = {
  'max-params': limitFlags['max-params'],
  'max-flops': limitFlags['max-flops'],
};

const { strategy: _strategy, objective: _objective, seed: _seed, out: _out, ...sharedKeyFlags } = keyFlags;
/** Folders of runs that a table takes its figures from. */
export const runsFlag = Flags.string({
  description: 'folder with runs; may be repeated',
  helpValue: 'DIR',
  multiple: true,
  multipleNonGreedy: true,
  ...asPath,
});

/** The rows of a comparison. */
export const rowFlags = {
  strategies: Flags.string({ description: 'strategies (default: RMINAS.STRATEGY)', helpValue: 'NAME,…' }),
  objectives: Flags.string({ description: 'objectives (default: RMINAS.OBJECTIVE)', helpValue: 'NAME,…' }),
  methods: Flags.string({ description: 'one-shot methods, each to its last epoch', helpValue: 'NAME,…' }),
  'methods-cfg': Flags.string({
    description: 'configuration of --methods (default: --cfg)',
    helpValue: 'FILE',
    dependsOn: ['methods'],
  }),
};

/** Rows of a comparison that have a configuration of their own. */
export const alsoFlags = {
  also: Flags.string({
    description: 'another configuration as a row of the table',
    helpValue: 'NAME=FILE',
    multiple: true,
    // One value for each --also, so that KEY VALUE pairs may follow.
    multipleNonGreedy: true,
  }),
  'also-seeds': Flags.string({
    description: 'seeds of --also (default: --seeds)',
    helpValue: 'N-N',
    dependsOn: ['also'],
  }),
};

/** The folder of a comparison, the processes that work in it, and the flags for keys that all its searches share. */
export const comparisonFlags = {
  shared: Flags.boolean({ description: 'complete the comparison together with other processes' }),
  'allow-mixed': mixedFlag,
  out: Flags.string({
    description: "the comparison's folder (default: one in OUT_DIR)",
    helpValue: 'DIR',
    ...asPath,
  }),
  ...limitFlags,
  ...sharedKeyFlags,
};

interface FlagForKey {
  readonly key: string;
  readonly description: string;
  readonly helpValue: string;
  /** The values that the flag takes; left out for any text. */
  readonly options?: readonly string[];
}

function flagsFor<Name extends string>(table: Readonly<Record<Name, FlagForKey>>, helpGroup: string): Flag<Name> {
  const entries = Object.entries<FlagForKey>(table);
  return Object.fromEntries(
    entries.map(([name, { key, description, helpValue, options }]) => [
      name,
      Flags.string({
        description: `${description} (${key})`,
        helpValue,
        helpGroup,
        ...(options && { options: [...options] }),
      }),
    ]),
  ) as Flag<Name>;
}

/** Flags that select assets through a configuration. */
export const assetFlags: Record<
  'cfg' | 'data' | 'space' | 'teacher' | 'teacher-arch',
  Interfaces.OptionFlag<string | undefined>
> = {
  cfg: Flags.string({
    description: 'configuration (name or file) whose data set and teacher are selected',
    helpValue: 'NAME|FILE',
    ...asPath,
  }),
  data: dataFlag,
  space: { ...keyFlags.space, dependsOn: ['cfg'] },
  teacher: { ...keyFlags.teacher, dependsOn: ['cfg'] },
  'teacher-arch': { ...keyFlags['teacher-arch'], dependsOn: ['cfg'] },
};

/** Plugins beside the configuration that selects assets. */
export const assetPluginFlag = Flags.string({
  description: 'Python file or module that adds data sets or teachers; may be repeated',
  helpValue: 'FILE|MODULE',
  multiple: true,
  multipleNonGreedy: true,
  dependsOn: ['cfg'],
});
