import { resolve } from 'node:path';
import { type Config, configuredSpace, oneShotDigest, type Settings } from '../../config/index.js';
import { networkSizeOf } from '../../config/planning/network.js';
import { gradientNormOf, sgdOf } from '../../config/planning/optimizer.js';
import { CLUSTER_KEYS } from '../../config/schema/cluster-keys.js';
import { toValue } from '../../config/schema/keys.js';
import { checkRanges } from '../../config/schema/ranges.js';
import { RETRAINING_KEYS } from '../../config/schema/retraining-keys.js';
import { SEARCH_KEYS } from '../../config/schema/search-keys.js';
import { SHARED_KEYS } from '../../config/schema/shared-keys.js';
import type { ValuesOf } from '../../definitions/key.js';
import { UsageError } from '../../errors.js';
import { suggestion } from '../../nearest.js';
import { PluginLoader } from '../../plugins/loader.js';
import type { OneShot, OneShotRecipe } from '../../protocol/supernets.js';
import { type MethodDefinition, SUPERNET_SPACES, type SupernetSpace } from '../../supernets/definition.js';
import { METHOD_NAMES, METHODS } from '../../supernets/index.js';
import { COMMON_ONE_SHOT_KEYS, PATHS_COMPARED } from '../../supernets/keys.js';
import { VERSION } from '../../version.js';
import { boundSettings, checkPlan } from '../bound-settings.js';
import { dataFolderOf, type ResumedJob } from '../common-options.js';
import type { OneShotHeader, OneShotJournal } from './journal.js';
import { completeOneShot } from './settings.js';

export interface NewOneShot {
  /** Name of the method; by default ONESHOT.METHOD of the configuration. */
  readonly method?: string | undefined;
  /** Configuration file in the form of XNAS, or the name of a shipped one. */
  readonly cfg?: string | undefined;
  /** Python files and modules that add data sets; besides those of RMINAS.PLUGINS. */
  readonly plugins?: readonly string[] | undefined;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. */
  readonly overrides?: readonly string[] | undefined;
  /** Folder with the data sets and benchmarks. */
  readonly data?: string | undefined;
  /** The folder of the search; by default a new one under OUT_DIR. */
  readonly folder?: string | undefined;
}

/** The plan of a one-shot search, before a process works on it. */
export interface PlannedOneShot {
  readonly config: Config;
  readonly oneShot: OneShot;
  readonly digest: string;
  readonly seed: number;
  /** The keys that the search reads; as a file they give the same plan. */
  readonly settings: Settings;
  readonly values: ValuesOf<typeof KEYS>;
  /** The `--data` folder; null when none was given. */
  readonly data: string | null;
  /** The folder of a new search; null for a folder under OUT_DIR, named after the search. */
  readonly folder: string | null;
  /** Messages about the plan, for the user. */
  readonly notices: readonly string[];
}

const KEYS = {
  ...SHARED_KEYS,
  ...CLUSTER_KEYS,
  ...COMMON_ONE_SHOT_KEYS,
  'OPTIM.MAX_EPOCH': RETRAINING_KEYS['OPTIM.MAX_EPOCH'],
  'SEARCH.IM_SIZE': SEARCH_KEYS['SEARCH.IM_SIZE'],
};

/** XNAS's names of spaces whose supernets rminas has. */
const XNAS_SPACES: Readonly<Record<string, SupernetSpace>> = {
  nasbench201: 'nas-bench-201',
  gdas_nb201: 'nas-bench-201',
  drnas_nb201: 'nas-bench-201',
  spos_nb201: 'nas-bench-201',
  pcdarts: 'darts',
  drnas_darts: 'darts',
};

/** @throws UsageError for a configuration, method or space that cannot be used */
export async function planNewOneShot(options: NewOneShot, loader = new PluginLoader()): Promise<PlannedOneShot> {
  const { method, cfg: file, plugins } = options;
  const given = [...(method === undefined ? [] : ['ONESHOT.METHOD', method]), ...(options.overrides ?? [])];
  const named = XNAS_SPACES[(await configuredSpace({ file, overrides: given })).name];
  const overrides = named === undefined ? given : [...given, 'SPACE.NAME', named];
  const config = await loader.loadConfig({ file, overrides, plugins });
  const folder = options.folder === undefined ? null : resolve(options.folder);
  return { ...planOneShot(config, dataFolderOf(options)), folder };
}

/**
 * Plans the rest of an interrupted search, from its configuration and the header of its journal.
 * @throws UsageError `changed-config` when the configuration is not the one that it began with
 */
export async function planResumedOneShot(
  { folder, header }: Pick<OneShotJournal, 'folder' | 'header'>,
  options: Pick<ResumedJob, 'data'> = {},
  loader = new PluginLoader(),
): Promise<PlannedOneShot> {
  const config = await loader.loadConfig({ file: folder.config });
  const planned = planOneShot(config, dataFolderOf(options, header.data));
  const notices = checkPlan({
    folder,
    job: 'one-shot search',
    recorded: { rminas: header.rminas, digest: header.oneShot, settings: header.settings },
    current: { digest: planned.digest, settings: settingsOf(planned) },
    isDefault: (key) => planned.settings.get(key)?.source === 'default',
  });
  return { ...planned, folder: folder.path, notices: [...notices, ...planned.notices] };
}

/** The header of a new search. */
export function oneShotHeaderOf(planned: PlannedOneShot): OneShotHeader {
  const { digest: oneShot, seed, data } = planned;
  return { type: 'one-shot', version: 1, rminas: VERSION, settings: settingsOf(planned), oneShot, seed, data };
}

function settingsOf({ settings, config }: Pick<PlannedOneShot, 'settings' | 'config'>) {
  return boundSettings(settings, settings.keys(), config);
}

function planOneShot(config: Config, data: string | null): Omit<PlannedOneShot, 'folder'> {
  const method = methodOf(config);
  const space = spaceOf(config, method);
  const dataset = config.catalogue.datasets.get(config.values['LOADER.DATASET'], 'LOADER.DATASET');
  const { settings: completed, notices } = completeOneShot(config, method, space);
  const keys = { ...KEYS, ...method.keys };
  const values = checkRanges(completed, KEYS);
  const own = checkRanges(completed, method.keys);
  const network = networkOf(values, dataset.classes);
  const options = method.options(own);
  checkShare(network.channels, options);
  const oneShot: OneShot = {
    method: method.name,
    options: { ...options },
    space,
    network,
    dataset: dataset.name,
    ...(dataset.own && { images: dataset.own.images }),
    recipe: recipeOf(values, judgedImages(own)),
  };
  const settings = new Map([...completed].filter(([key]) => key in keys));
  settings.set('ONESHOT.METHOD', {
    value: toValue({ type: 'str' }, method.name),
    source: 'override',
    where: 'the method',
  });
  return {
    config,
    oneShot,
    digest: oneShotDigest(oneShot, config.plugins),
    seed: values.RNG_SEED,
    settings,
    values,
    data,
    notices: [...config.notices, ...notices],
  };
}

function methodOf({ settings }: Config): MethodDefinition {
  const value = settings.get('ONESHOT.METHOD')?.value;
  const name = value?.type === 'str' ? value.value : '';
  const method = METHODS.find((one) => one.name === name);
  if (method !== undefined) return method;
  const names = METHOD_NAMES.join(', ');
  const nextSteps = [`The methods are ${names}.`];
  if (name === '')
    throw new UsageError('No method was named.', {
      code: 'missing-method',
      nextSteps: [`Name one with --method: ${names}.`],
    });
  throw new UsageError(`There is no one-shot method '${name}'.${suggestion(name, METHOD_NAMES, "'")}`, {
    code: 'unknown-name',
    nextSteps,
  });
}

function spaceOf({ values, catalogue }: Config, { name: method, spaces }: MethodDefinition): SupernetSpace {
  const { name } = catalogue.spaces.get(values['SPACE.NAME'], 'SPACE.NAME');
  const space = SUPERNET_SPACES.find((one) => one === name);
  if (space !== undefined && spaces.includes(space)) return space;
  const problem =
    space === undefined ? `The space ${name} has no supernet` : `${method} was not published for the space ${name}`;
  throw new UsageError(`${problem}.`, {
    code: 'unsupported-space',
    nextSteps: [`Choose one of ${spaces.join(', ')} with --space.`],
  });
}

function networkOf(values: ValuesOf<typeof KEYS>, classes: number): OneShot['network'] {
  const original = { channels: values['SPACE.CHANNELS'], cells: values['SPACE.LAYERS'] };
  return { ...networkSizeOf(values, { network: original }), classes, resolution: values['SEARCH.IM_SIZE'] };
}

function checkShare(channels: number, { share = 1 }: Readonly<Record<string, number | boolean>>): void {
  if (channels % Number(share) === 0) return;
  throw new UsageError(`DRNAS.K is ${share}, and the supernet has ${channels} channels, which it does not divide.`, {
    code: 'out-of-range',
    nextSteps: ['Set DRNAS.K to a divisor of the channels, or change RMINAS.CHANNELS.'],
  });
}

function judgedImages(own: Readonly<Record<string, unknown>>): number | null {
  return Number(own[Object.keys(PATHS_COMPARED)[0] ?? ''] ?? 0) || null;
}

function recipeOf(values: ValuesOf<typeof KEYS>, judged: number | null): OneShotRecipe {
  const precision = values['ONESHOT.PRECISION'];
  return {
    epochs: values['OPTIM.MAX_EPOCH'],
    batchSize: values['LOADER.BATCH_SIZE'],
    optimizer: { ...sgdOf(values), ...gradientNormOf(values) },
    minimumRate: values['OPTIM.MIN_LR'],
    ratePer: values['ONESHOT.RATE_PER'],
    architecture: {
      learningRate: values['DARTS.ALPHA_LR'],
      weightDecay: values['DARTS.ALPHA_WEIGHT_DECAY'],
      beta1: values['ONESHOT.ALPHA_BETA1'],
    },
    trainShare: values['ONESHOT.TRAIN_SHARE'],
    images: values['ONESHOT.IMAGES'] || null,
    judgedImages: judged,
    // Left out at its default, so that earlier plans keep their digest.
    ...(precision !== 'float32' && { precision }),
  };
}
