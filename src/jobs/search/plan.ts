import { resolve } from 'node:path';
import { type Config, planSearch, type SearchPlan } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import { type ResolvedPlan, resolvePlan } from '../../evaluators/prepared-sidecar.js';
import { PluginLoader } from '../../plugins/loader.js';
import { jobFolderAt } from '../../store/folder.js';
import { type EarlierJob, readJob } from '../../store/job-store.js';
import { VERSION } from '../../version.js';
import { type BoundSettings, boundSettings, checkPlan } from '../bound-settings.js';
import { JOURNAL_VERSION, SEARCH_JOURNAL, type SearchEntry, type SearchHeader } from './journal.js';

/** The plan of a search, before a process works on it. */
export interface PlannedSearch {
  readonly config: Config;
  readonly plan: SearchPlan;
  /** The `--data` folder; null when none was given. */
  readonly data: string | null;
  readonly workers: number;
  readonly verify: SearchHeader['verify'];
  /** The folder that a new run gets; null for one of its own name under OUT_DIR. */
  readonly folder: string | null;
  /** Messages about the plan, for the user. */
  readonly notices: readonly string[];
}

/** A planned search whose plan no longer depends on what is installed. */
export type ResolvedSearch = PlannedSearch & ResolvedPlan;

export interface NewSearch {
  /** Configuration file in XNAS's form. */
  readonly cfg: string;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. */
  readonly overrides?: readonly string[] | undefined;
  /** Python files and modules that add spaces, data sets, teachers and proxies; besides those of RMINAS.PLUGINS. */
  readonly plugins?: readonly string[] | undefined;
  /** Folder with the data sets and teachers. */
  readonly data?: string | undefined;
  /** Random architectures to train properly besides the found one; 0, the default, for no verification. */
  readonly verify?: number | undefined;
  /** Epochs of those trainings; 10 by default. */
  readonly verifyEpochs?: number | undefined;
  /** Folder of the run, without another run in it; by default a new one under OUT_DIR. */
  readonly folder?: string | undefined;
}

export interface ResumedSearch {
  /** Folder of the run. */
  readonly resume: string;
  /** Folder with the data, if it has moved. */
  readonly data?: string | undefined;
}

/** @throws UsageError for a configuration that cannot be searched. */
export async function planNewSearch(options: NewSearch, loader = new PluginLoader()): Promise<PlannedSearch> {
  const config = await loader.loadConfig({
    file: options.cfg,
    overrides: options.overrides ?? [],
    plugins: options.plugins,
  });
  const plan = planSearch(config);
  if (plan.settings.objective.kind === 'benchmark' && options.verify) {
    throw new UsageError('A search by a benchmark trains nothing, so it has no images to verify on.', {
      code: 'verification-without-images',
      nextSteps: ['Leave out --verify, or choose another objective (RMINAS.OBJECTIVE).'],
    });
  }
  return {
    config,
    plan,
    data: options.data === undefined ? null : resolve(options.data),
    workers: plan.settings.workers,
    verify: { architectures: options.verify ?? 0, epochs: options.verifyEpochs ?? 10 },
    folder: options.folder === undefined ? null : resolve(options.folder),
    notices: [],
  };
}

/**
 * Plans what an interrupted run has left to do, from its configuration and the header of its journal.
 * @throws UsageError `changed-config` when the configuration is not the one that the run began with.
 */
export async function planResumedSearch(
  { folder, header }: Pick<EarlierJob<SearchEntry, SearchHeader>, 'folder' | 'header'>,
  options: Pick<ResumedSearch, 'data'> = {},
  loader = new PluginLoader(),
): Promise<PlannedSearch> {
  // A configuration that names no backend is of a version that had only the native one.
  const resolved = resolvePlan(await loader.loadConfig({ file: folder.config, overrides: [] }), null);
  const { config, plan } = resolved;
  const notices = checkPlan({
    folder,
    job: 'run',
    recorded: { rminas: header.rminas, digest: header.specification, settings: header.settings },
    current: { digest: resolved.digest, settings: settingsOf(config) },
    isDefault: (key) => config.settings.get(key)?.source === 'default',
  });
  return {
    config,
    plan,
    data: options.data === undefined ? header.data : resolve(options.data),
    workers: header.workers,
    verify: header.verify,
    folder: folder.path,
    notices,
  };
}

/** Reads the journal of a run, without a lock. @throws as {@link readJob} */
export function readSearch(path: string): EarlierJob<SearchEntry, SearchHeader> {
  return readJob(jobFolderAt(path), SEARCH_JOURNAL);
}

/** The header of a new run. */
export function headerOf({ config, digest, workers, data, verify }: ResolvedSearch): SearchHeader {
  const settings = settingsOf(config);
  return {
    type: 'run',
    version: JOURNAL_VERSION,
    rminas: VERSION,
    settings,
    specification: digest,
    workers,
    data,
    verify,
  };
}

/** The settings that the header of a run with this configuration binds. */
export function settingsOf({ settings, values, plugins }: Config): BoundSettings {
  return boundSettings(settings, Object.keys(values), plugins);
}
