/** Lists, verifies and downloads data sets, teachers and benchmark tables. */
import { join, resolve } from 'node:path';
import { catalogueOption } from '../catalogue/catalogue.js';
import { MissingError, UsageError } from '../errors.js';
import { pathOption } from '../installation/paths.js';
import { dataHome } from '../installation/places.js';
import {
  abortSignal,
  anyText,
  arrayOf,
  callback,
  checkOptions,
  filledText,
  type OptionShape,
  objectWith,
  timeLimit,
  wholeNumberOption,
} from '../options.js';
import { interruptible } from './failures.js';
import { type Fetched, type FetchSettings, fetchAsset } from './fetch.js';
import { lookFor, type VerifyAssetOptions, verifyAsset } from './inspect.js';
import type { AssetReport, ShowProgress } from './report.js';
import { isNamed, type Selection, selectAssets, type Wanted } from './selection.js';
import { parseMirror } from './source.js';

export type { AssetProgress, AssetReport, FileReport, ShowProgress } from './report.js';
export type { Selection } from './selection.js';

export interface AssetList {
  /** The data folders in search order. */
  readonly folders: readonly string[];
  readonly assets: readonly AssetReport[];
}

export interface AssetVerification extends AssetList {
  /** Whether no asset is wrong, and no named asset is missing. */
  readonly whole: boolean;
}

export interface FetchOptions extends Selection, Omit<FetchSettings, 'folder' | 'mirror'> {
  /** Address of a folder that holds the files under their names, instead of the publishers'. */
  readonly mirror?: string | undefined;
}

/** The result for one asset; `failed` comes with an error. */
export interface FetchOutcome extends Omit<Fetched, 'status'> {
  readonly name: string;
  readonly status: Fetched['status'] | 'failed';
  readonly error: { readonly code: string; readonly message: string; readonly nextSteps: readonly string[] } | null;
}

export interface FetchReport {
  /** Whether no asset failed. */
  readonly complete: boolean;
  readonly assets: readonly FetchOutcome[];
}

const SELECTION_OPTIONS: OptionShape<Selection> = {
  names: arrayOf(filledText, 'names of assets').optional(),
  cfg: pathOption.optional(),
  overrides: arrayOf(anyText, 'texts').optional(),
  catalogue: catalogueOption.optional(),
  load: callback<NonNullable<Selection['load']>>().optional(),
  data: pathOption.optional(),
  teacher: pathOption.optional(),
  env: objectWith<NonNullable<Selection['env']>>('an object of environment variables', {}).optional(),
  cwd: pathOption.optional(),
};
const VERIFY_OPTIONS: OptionShape<Selection & VerifyAssetOptions> = {
  ...SELECTION_OPTIONS,
  signal: abortSignal.optional(),
  onProgress: callback<ShowProgress>().optional(),
};
const FETCH_OPTIONS: OptionShape<FetchOptions> = {
  ...VERIFY_OPTIONS,
  mirror: filledText.optional(),
  idleTimeoutMs: timeLimit.optional(),
  pauseMs: wholeNumberOption(0).optional(),
};

/** Codes of failures on this machine: a manual download would not help. */
const LOCAL_FAILURES: ReadonlySet<string> = new Set(['disk-full', 'unwritable', 'destination-occupied']);

/**
 * Looks for the named assets, those that a configuration needs, or all known ones.
 * @throws UsageError
 */
export async function listAssets(selection: Selection = {}): Promise<AssetList> {
  const { folders, wanted } = await selectAssets(checkOptions('listAssets()', SELECTION_OPTIONS, selection));
  return { folders, assets: await Promise.all(wanted.map(lookFor)) };
}

/**
 * Compares the selected assets with the published files.
 * @throws UsageError, InterruptedError
 */
export async function verifyAssets(given: Selection & VerifyAssetOptions = {}): Promise<AssetVerification> {
  const options = checkOptions('verifyAssets()', VERIFY_OPTIONS, given);
  const { folders, wanted } = await selectAssets(options);
  const assets: AssetReport[] = [];
  await interruptible(options.signal, async () => {
    for (const each of wanted) assets.push(await verifyAsset(each, options));
  });
  const bad = isNamed(options) ? ['wrong', 'missing'] : ['wrong'];
  return { whole: assets.every(({ status }) => !bad.includes(status)), folders, assets };
}

/**
 * Downloads the named assets, or those that a configuration needs, into `data` or the user's data folder, one at a time.
 * A failure is part of the report; the next asset follows.
 * @throws UsageError, InterruptedError
 */
export async function fetchAssets(given: FetchOptions): Promise<FetchReport> {
  const options = checkOptions('fetchAssets()', FETCH_OPTIONS, given);
  const { data, cwd = '.', env, mirror, signal } = options;
  if (!isNamed(options)) {
    throw new UsageError('No asset to fetch was named.', {
      code: 'nothing-named',
      nextSteps: ['Name assets, or a configuration with --cfg. List the assets: rminas assets list'],
    });
  }
  const folder = data ? resolve(cwd, data) : join(dataHome(env), 'data');
  const settings = { ...options, folder, mirror: mirror === undefined ? null : parseMirror(mirror) };
  const { wanted } = await selectAssets(options);
  const assets: FetchOutcome[] = [];
  for (const each of wanted) assets.push(await interruptible(signal, () => outcomeOf(each, settings)));
  return { complete: assets.every(({ status }) => status !== 'failed'), assets };
}

async function outcomeOf(wanted: Wanted, settings: FetchSettings): Promise<FetchOutcome> {
  const { name, definition } = wanted;
  try {
    return { name, ...(await fetchAsset(wanted, settings)), error: null };
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    const { code, message, nextSteps } = error;
    const byHand = LOCAL_FAILURES.has(code) || definition === null ? [] : definition.instructions;
    return {
      name,
      status: 'failed',
      path: null,
      verified: false,
      shadowedBy: null,
      error: { code, message, nextSteps: [...nextSteps, ...byHand] },
    };
  }
}
