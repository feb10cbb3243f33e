import { resolve } from 'node:path';
import {
  type Config,
  loadConfig,
  planRetraining,
  type RetrainingPlan,
  retrainingDigest,
  textLiteral,
  unnamedSpace,
} from '../../config/index.js';
import { UsageError } from '../../errors.js';
import { openRunFolder, type RunFolder } from '../../store/folder.js';
import type { ReadLines } from '../../store/journal-file.js';
import { type Entry, readRetrainingJournal } from './journal.js';

export interface NewRetraining {
  /** In its space's notation; TRAIN.GENOTYPE of the configuration when left out. */
  readonly genotype?: string | undefined;
  /** Configuration file in the form of XNAS or the archive; without one the recipe of the genotype's space decides. */
  readonly cfg?: string | undefined;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. */
  readonly overrides?: readonly string[] | undefined;
  /** One training each; RNG_SEED alone when left out. */
  readonly seeds?: readonly number[] | undefined;
  /** Folder with the data sets. */
  readonly data?: string | undefined;
}

export interface ResumedRetraining {
  /** Folder of the retraining. */
  readonly resume: string;
  /** Where the data is now, if it has moved. */
  readonly data?: string | undefined;
}

/** What is to be trained, before any process works on it. */
export interface OpenRetraining {
  readonly config: Config;
  readonly plan: RetrainingPlan;
  readonly digest: string;
  readonly seeds: readonly number[];
  /** The `--data` folder; null when none was given. */
  readonly data: string | null;
  /** What an earlier session left; null for a new one. */
  readonly earlier: { readonly folder: RunFolder; readonly journal: ReadLines<Entry> } | null;
}

/** @throws UsageError for a configuration, genotype or seeds that cannot be. */
export async function planNewRetraining(options: NewRetraining): Promise<OpenRetraining> {
  const genotype = options.genotype === undefined ? [] : ['TRAIN.GENOTYPE', textLiteral(options.genotype)];
  const overrides = [...genotype, ...(options.overrides ?? [])];
  const first = await loadConfig({ file: options.cfg, overrides });
  const space = unnamedSpace(first);
  const config =
    space === null ? first : await loadConfig({ file: options.cfg, overrides: ['SPACE.NAME', space, ...overrides] });
  const plan = planRetraining(config);
  return {
    config,
    plan,
    digest: retrainingDigest(plan.retraining),
    seeds: distinct(options.seeds ?? [plan.seed]),
    data: options.data === undefined ? null : resolve(options.data),
    earlier: null,
  };
}

function distinct(seeds: readonly number[]): readonly number[] {
  if (seeds.length > 0 && new Set(seeds).size === seeds.length) return seeds;
  throw new UsageError(`The seeds ${seeds.join(', ')} are not some different ones.`, {
    code: 'repeated-seed',
    nextSteps: ['Name each seed once: equal seeds train equal networks.'],
  });
}

/**
 * Reads back what an interrupted retraining was.
 * @throws MissingError when the folder holds none; UsageError when its configuration or journal was changed.
 */
export async function planResumedRetraining(options: ResumedRetraining): Promise<OpenRetraining> {
  const folder = openRunFolder(options.resume);
  const journal = readRetrainingJournal(folder.journal);
  const header = journal.lines[0]?.entry;
  if (header?.type !== 'retraining') {
    throw new UsageError(`${folder.journal} does not begin with the retraining's own entry.`, {
      code: 'corrupt-journal',
      nextSteps: ['Start a new one: nothing has been trained in it.'],
    });
  }
  const config = await loadConfig({ file: folder.config });
  const plan = planRetraining(config);
  const digest = retrainingDigest(plan.retraining);
  if (digest !== header.retraining) {
    throw new UsageError(`${folder.config} no longer describes the retraining in its journal.`, {
      code: 'changed-config',
      nextSteps: ['Put the file back as it was, or start a new retraining with the changed configuration.'],
    });
  }
  return {
    config,
    plan,
    digest,
    seeds: header.seeds,
    data: options.data === undefined ? header.data : resolve(options.data),
    earlier: { folder, journal },
  };
}
