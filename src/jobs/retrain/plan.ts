import {
  type Config,
  planRetraining,
  type RetrainingPlan,
  retrainingDigest,
  textLiteral,
  unnamedSpace,
} from '../../config/index.js';
import { UsageError } from '../../errors.js';
import { PluginLoader } from '../../plugins/loader.js';
import type { EarlierJob } from '../../store/job-store.js';
import { VERSION } from '../../version.js';
import { boundSettings, checkPlan } from '../bound-settings.js';
import { dataFolderOf, type ResumedJob } from '../common-options.js';
import { RETRAINING_JOURNAL_VERSION, type RetrainingEntry, type RetrainingHeader } from './journal.js';

export interface NewRetraining {
  /** In the notation of its space; by default TRAIN.GENOTYPE of the configuration. */
  readonly genotype?: string | undefined;
  /** Configuration file in the form of XNAS or the archive; by default the recipe of the genotype's space. */
  readonly cfg?: string | undefined;
  /** Python files and modules that add spaces and data sets; besides those of RMINAS.PLUGINS. */
  readonly plugins?: readonly string[] | undefined;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. */
  readonly overrides?: readonly string[] | undefined;
  /** One training for each seed; by default RNG_SEED only. */
  readonly seeds?: readonly number[] | undefined;
  /** Folder with the data sets. */
  readonly data?: string | undefined;
}

/** The plan of a retraining, before a process works on it. */
export interface PlannedRetraining {
  readonly config: Config;
  readonly plan: RetrainingPlan;
  readonly digest: string;
  readonly seeds: readonly number[];
  /** The `--data` folder; null when none was given. */
  readonly data: string | null;
  /** Messages about the plan, for the user. */
  readonly notices: readonly string[];
}

/** @throws UsageError for a configuration, genotype or seeds that cannot be used. */
export async function planNewRetraining(
  options: NewRetraining,
  loader = new PluginLoader(),
): Promise<PlannedRetraining> {
  const { cfg, plugins } = options;
  const genotype = options.genotype === undefined ? [] : ['TRAIN.GENOTYPE', textLiteral(options.genotype)];
  const overrides = [...genotype, ...(options.overrides ?? [])];
  const first = await loader.loadConfig({ file: cfg, overrides, plugins });
  const space = unnamedSpace(first);
  const config =
    space === null
      ? first
      : await loader.loadConfig({ file: cfg, overrides: ['SPACE.NAME', space, ...overrides], plugins });
  const plan = planRetraining(config);
  return {
    config,
    plan,
    digest: retrainingDigest(plan.retraining, config.plugins),
    seeds: distinct(options.seeds ?? [plan.seed]),
    data: dataFolderOf(options),
    notices: plan.notices,
  };
}

function distinct(seeds: readonly number[]): readonly number[] {
  if (seeds.length > 0 && new Set(seeds).size === seeds.length) return seeds;
  throw new UsageError(`The seeds ${seeds.join(', ')} are not different from each other.`, {
    code: 'repeated-seed',
    nextSteps: ['Name each seed once: equal seeds train equal networks.'],
  });
}

/**
 * Plans the rest of an interrupted retraining, from its configuration and the header of its journal.
 * @throws UsageError `changed-config` when the configuration is not the one that it began with.
 */
export async function planResumedRetraining(
  { folder, header }: Pick<EarlierJob<RetrainingEntry, RetrainingHeader>, 'folder' | 'header'>,
  options: Pick<ResumedJob, 'data'> = {},
  loader = new PluginLoader(),
): Promise<PlannedRetraining> {
  const config = await loader.loadConfig({ file: folder.config });
  const { plan, digest } = planAsRecorded(config, header.retraining);
  const notices = checkPlan({
    folder,
    job: 'retraining',
    recorded: { rminas: header.rminas, digest: header.retraining, settings: header.settings },
    current: { digest, settings: settingsOf(plan, config) },
    isDefault: (key) => plan.settings.get(key)?.source === 'default',
  });
  return {
    config,
    plan,
    digest,
    seeds: header.seeds,
    data: dataFolderOf(options, header.data),
    notices: [...notices, ...plan.notices],
  };
}

/** The plan whose digest is recorded, if there is one: release 0.2.1 did not bring genotypes into their normal form. */
function planAsRecorded(config: Config, recorded: string) {
  const planned = (asWritten: boolean) => {
    const plan = planRetraining(config, { asWritten });
    return { plan, digest: retrainingDigest(plan.retraining, config.plugins) };
  };
  const written = planned(true);
  return written.digest === recorded ? written : planned(false);
}

/** The header of a new retraining. */
export function retrainingHeaderOf({ config, plan, digest, seeds, data }: PlannedRetraining): RetrainingHeader {
  const settings = settingsOf(plan, config);
  const common = { type: 'retraining', version: RETRAINING_JOURNAL_VERSION, rminas: VERSION } as const;
  return { ...common, settings, retraining: digest, seeds: [...seeds], data };
}

function settingsOf({ settings }: RetrainingPlan, config: Config) {
  return boundSettings(settings, settings.keys(), config);
}
