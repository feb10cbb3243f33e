import { resolve } from 'node:path';
import { BUILT_IN } from '../../catalogue/built-in.js';
import { type Config, planSearch, type SearchPlan } from '../../config/index.js';
import { lanesOf } from '../../config/planning/search-settings.js';
import type { FollowUp } from '../../definitions/follow-up.js';
import { UsageError } from '../../errors.js';
import { type ResolvedPlan, resolvePlan } from '../../evaluators/prepared-sidecar.js';
import { PluginLoader } from '../../plugins/loader.js';
import { jobFolderAt } from '../../store/folder.js';
import { type EarlierJob, readJob } from '../../store/job-store.js';
import { VERSION } from '../../version.js';
import { type BoundSettings, boundSettings, checkPlan } from '../bound-settings.js';
import { dataFolderOf, type ResumedJob } from '../common-options.js';
import { type CustomObjects, catalogueWith, checkCustomObjects, customNames, customOverrides } from './custom.js';
import { checkFollowUp } from './follow-up-plan.js';
import { SEARCH_JOURNAL, SEARCH_JOURNAL_VERSION, type SearchEntry, type SearchHeader } from './journal.js';
import { planLastRound, unusedFinalists } from './last-round-plan.js';

/** The plan of a search, before a process works on it. */
export interface PlannedSearch {
  readonly config: Config;
  readonly plan: SearchPlan;
  /** The `--data` folder; null when none was given. */
  readonly data: string | null;
  readonly workers: number;
  /** Architectures that a guided turn asks for. */
  readonly proposals: number;
  readonly verify: SearchHeader['verify'];
  /** The configuration of the last round; null without one. */
  readonly lastRound: Config | null;
  /** What follows the search; null for nothing. */
  readonly followUp: SearchHeader['followUp'] | null;
  /** The folder of a new run; null for a folder under OUT_DIR, named after the run. */
  readonly folder: string | null;
  /** Objects of a script that the search works with. */
  readonly custom: CustomObjects;
  /** Messages about the plan, for the user. */
  readonly notices: readonly string[];
}

/** A planned search whose plan no longer depends on what is installed. */
export type ResolvedSearch = PlannedSearch & ResolvedPlan;

export interface NewSearch extends CustomObjects {
  /** Configuration file in XNAS's form; without one the defaults hold, and `evaluator` is needed. */
  readonly cfg?: string | undefined;
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
  /** What follows the search in the same run. {@link search} only records it; `searchThen` does it. */
  readonly followUp?: FollowUp | undefined;
  /** Folder of the run, without another run in it; by default a new one under OUT_DIR. */
  readonly folder?: string | undefined;
}

export interface ResumedSearch extends CustomObjects, ResumedJob {}

/** @throws UsageError for a configuration that cannot be searched. */
export async function planNewSearch(options: NewSearch, loader = new PluginLoader()): Promise<PlannedSearch> {
  const { cfg, overrides = [], plugins } = options;
  checkSource(options);
  const source = {
    file: cfg,
    overrides: [...overrides, ...customOverrides(options)],
    plugins,
    catalogue: catalogueWith(BUILT_IN, options),
  };
  const config = await loader.loadConfig(source);
  const plan = planSearch(config);
  checkVerification(plan, options);
  const lastRound = await planLastRound(plan, options, (words) =>
    loader.loadConfig({ ...source, overrides: [...source.overrides, ...words] }),
  );
  await checkFollowUp(config, plan, options.followUp, (pairs) =>
    loader.loadConfig({ file: cfg, overrides: pairs, catalogue: source.catalogue }),
  );
  return {
    config,
    plan,
    data: dataFolderOf(options),
    workers: options.evaluator?.capacity ?? plan.settings.workers,
    proposals: proposalsOf(config, options) ?? plan.settings.proposals,
    verify: { architectures: options.verify ?? 0, epochs: options.verifyEpochs ?? 10 },
    followUp: options.followUp ?? null,
    lastRound,
    folder: options.folder === undefined ? null : resolve(options.folder),
    custom: objectsOf(options),
    notices: [...idleWorkers(plan, options), ...unusedStack(config, plan), ...unusedFinalists(plan, lastRound)],
  };
}

/** Proposals decide the course of a search, so they do not follow the workers by themselves. */
function idleWorkers(
  { settings: { workers, stack, proposals, objective } }: SearchPlan,
  { evaluator }: CustomObjects,
): string[] {
  const places = lanesOf({ workers, stack });
  if (places <= proposals || evaluator !== undefined || objective.kind === 'benchmark') return [];
  const [keys, waiting] =
    stack === 1
      ? [`RMINAS.WORKERS is ${workers}`, `${workers - proposals} of the workers wait`]
      : [`RMINAS.WORKERS times RMINAS.STACK is ${places}`, `${places - proposals} places in the stacks are empty`];
  return [
    `${keys} and RMINAS.PROPOSALS is ${proposals}: after the warm-up, ${waiting}. ` +
      `Set RMINAS.PROPOSALS ${places} to use them; the search then takes another course.`,
  ];
}

function unusedStack({ values }: Config, { settings }: SearchPlan): string[] {
  if (values['RMINAS.STACK'] === settings.stack) return [];
  return ['RMINAS.STACK has no effect: it needs RMINAS.ARITHMETIC stacked and workers of this machine.'];
}

/** A custom evaluator says by its capacity how many architectures it wants, unless the configuration sets a number. */
function proposalsOf(config: Config, { evaluator }: CustomObjects): number | undefined {
  return config.settings.get('RMINAS.PROPOSALS')?.source === 'default' ? evaluator?.capacity : undefined;
}

function objectsOf({ space, strategy, objective, evaluator }: CustomObjects): CustomObjects {
  return { space, strategy, objective, evaluator };
}

/** Refuses options without a source: the defaults alone would start a search that the user did not ask for. */
function checkSource({ cfg, evaluator }: NewSearch): void {
  if (cfg !== undefined || evaluator !== undefined) return;
  throw new UsageError('A search needs a configuration (cfg) or an evaluator.', {
    code: 'missing-config',
    nextSteps: ["Write search({ cfg: 'quickstart' }), or search({ space, evaluator })."],
  });
}

function checkVerification({ settings }: SearchPlan, { verify, evaluator }: NewSearch): void {
  if (!verify || (evaluator === undefined && settings.objective.kind !== 'benchmark')) return;
  const kind = evaluator === undefined ? 'A search by a benchmark' : 'A search with a custom evaluator';
  throw new UsageError(`${kind} trains nothing, so it has no images to verify on.`, {
    code: 'verification-without-images',
    nextSteps: ['Leave out --verify, or choose another objective (RMINAS.OBJECTIVE).'],
  });
}

/**
 * Plans the rest of an interrupted run, from its configuration and the header of its journal.
 * @throws UsageError `changed-config` when the configuration is not the one that the run began with.
 */
export async function planResumedSearch(
  { folder, header }: Pick<EarlierJob<SearchEntry, SearchHeader>, 'folder' | 'header'>,
  options: Omit<ResumedSearch, 'resume'> = {},
  loader = new PluginLoader(),
): Promise<PlannedSearch> {
  checkCustomObjects(header.custom, options);
  // A configuration that names no backend is of a version that had only the native one.
  const source = { file: folder.config, catalogue: catalogueWith(BUILT_IN, options) };
  const resolved = resolvePlan(await loader.loadConfig(source), null);
  const { config, plan } = resolved;
  const notices = checkPlan({
    folder,
    job: 'run',
    recorded: { rminas: header.rminas, digest: header.specification, settings: header.settings },
    current: { digest: resolved.digest, settings: searchSettingsOf(config) },
    isDefault: (key) => config.settings.get(key)?.source === 'default',
  });
  return {
    config,
    plan,
    data: dataFolderOf(options, header.data),
    workers: options.evaluator?.capacity ?? plan.settings.workers,
    proposals: header.proposals ?? header.workers,
    verify: header.verify,
    lastRound: await planLastRound(plan, options, (words) => loader.loadConfig({ ...source, overrides: [...words] })),
    followUp: header.followUp ?? null,
    folder: folder.path,
    custom: objectsOf(options),
    notices,
  };
}

/** Reads the journal of a run, without a lock. @throws as {@link readJob} */
export function readSearch(path: string): EarlierJob<SearchEntry, SearchHeader> {
  return readJob(jobFolderAt(path), SEARCH_JOURNAL);
}

/** The header of a new run. */
export function searchHeaderOf({
  config,
  digest,
  workers,
  proposals,
  data,
  verify,
  followUp,
  custom,
}: ResolvedSearch): SearchHeader {
  const settings = searchSettingsOf(config);
  const names = customNames(custom);
  return {
    type: 'run',
    version: SEARCH_JOURNAL_VERSION,
    rminas: VERSION,
    settings,
    specification: digest,
    workers,
    proposals,
    data,
    verify,
    ...(followUp && { followUp }),
    ...(names && { custom: names }),
  };
}

/** The settings that the header of a run with this configuration binds. */
export function searchSettingsOf(config: Config): BoundSettings {
  return boundSettings(config.settings, Object.keys(config.values), config);
}
