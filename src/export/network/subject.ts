/** What is exported: the answer of a search, the network of a retraining, or a genotype. */

import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config, RetrainingPlan } from '../../config/index.js';
import { MissingError, UsageError } from '../../errors.js';
import { shellWord } from '../../installation/paths.js';
import { checkpointOf, RETRAINING_JOURNAL } from '../../jobs/retrain/journal.js';
import { type PlannedRetraining, planNewRetraining, planResumedRetraining } from '../../jobs/retrain/plan.js';
import { seedResult } from '../../jobs/retrain/result.js';
import type { SearchResult } from '../../jobs/search/result.js';
import type { PluginLoader } from '../../plugins/loader.js';
import { jobFolderAt } from '../../store/folder.js';
import { headerType } from '../../store/job-kinds.js';
import { readJob } from '../../store/job-store.js';
import { readRun, withoutAnswer } from '../run.js';

/** What an export needs to know of its network. */
export interface ExportSubject {
  readonly config: Config;
  readonly plan: RetrainingPlan;
  /** Seeds fresh weights; for trained ones, the seed of their training. */
  readonly seed: number;
  /** File of the weights; null for fresh ones. */
  readonly weights: string | null;
  /** Test accuracy of the weights in per cent; null when it is not known. */
  readonly accuracy: number | null;
  /** The folder of the run; null for a genotype. */
  readonly run: string | null;
  /** The search that found it, where its result is known. */
  readonly search: SearchResult | null;
}

export interface SubjectOptions {
  /** Folder of a search or a retraining, or a genotype. */
  readonly network: string;
  readonly cfg?: string | undefined;
  readonly overrides?: readonly string[] | undefined;
  readonly plugins?: readonly string[] | undefined;
  /** Weights to export with a genotype or the answer of a search. */
  readonly weights?: string | undefined;
  /** Which training of a retraining; its first by default. */
  readonly seed?: number | undefined;
  /** The search that found the network of a retraining, for the model card. */
  readonly search?: SearchResult | undefined;
}

/**
 * @throws UsageError for a folder without an answer or without a job, and for options that do not fit it; MissingError for
 *   a folder that does not exist
 */
export async function subjectOf(options: SubjectOptions, loader: PluginLoader): Promise<ExportSubject> {
  const { network } = options;
  if (!isFolder(network) && /^[.~]|[/\\]/.test(network)) throw missingRun(network);
  if (!isFolder(network)) return subjectOfGenotype(options, loader);
  rejectWithRun(options);
  switch (jobIn(network)) {
    case 'run':
      return subjectOfSearch(options, loader);
    case 'retraining':
      return subjectOfRetraining(options, loader);
    default:
      throw new UsageError(`${network} is not the folder of a search or of a retraining.`, {
        code: 'nothing-to-export',
        nextSteps: [
          'Name the folder of a search (its answer), of a retraining (its weights), or a genotype in quotes.',
          'From a ranking or a comparison, copy the genotype out of its result.json.',
        ],
      });
  }
}

/** A genotype has no slashes. */
function missingRun(path: string): MissingError {
  return new MissingError(`There is no folder ${resolve(path)}.`, {
    code: 'missing-run',
    nextSteps: ['Name the folder of a search or of a retraining, or a genotype in quotes.'],
  });
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** A run has its own configuration. */
function rejectWithRun({ cfg, plugins }: SubjectOptions): void {
  const given = cfg !== undefined ? 'cfg' : plugins !== undefined ? 'plugins' : undefined;
  if (given === undefined) return;
  throw new UsageError(`A run has its own configuration, so ${given} cannot be given.`, {
    code: 'run-with-configuration',
    nextSteps: [`Remove ${given}, or name a genotype instead of the folder.`],
  });
}

/** The type of the first entry of the journal in a folder, which says what kind of job it is. */
export function jobIn(folder: string): string | undefined {
  return headerType(jobFolderAt(folder).journal);
}

async function subjectOfGenotype(options: SubjectOptions, loader: PluginLoader): Promise<ExportSubject> {
  const { network: genotype, cfg, overrides, plugins } = options;
  const planned = await planNewRetraining({ genotype, cfg, overrides, plugins }, loader);
  return { ...withGivenWeights(planned, options), run: null, search: null };
}

async function subjectOfSearch(options: SubjectOptions, loader: PluginLoader): Promise<ExportSubject> {
  const { folder, answer, result } = readRun(options.network);
  if (answer === null) throw withoutAnswer(folder);
  const { config: cfg } = jobFolderAt(folder);
  const planned = await planNewRetraining({ genotype: answer, cfg, overrides: options.overrides }, loader);
  return { ...withGivenWeights(planned, options), run: folder, search: result };
}

function withGivenWeights({ config, plan }: PlannedRetraining, { weights, seed }: SubjectOptions) {
  if (seed !== undefined) {
    throw new UsageError('Only a retraining has several trainings to choose from by seed.', {
      code: 'seed-without-retraining',
      nextSteps: ['Name the folder of a retraining, or leave the seed out.'],
    });
  }
  const file = weights === undefined ? null : resolve(weights);
  return { config, plan, seed: plan.seed, weights: file, accuracy: null };
}

async function subjectOfRetraining(options: SubjectOptions, loader: PluginLoader): Promise<ExportSubject> {
  rejectWithTraining(options);
  const earlier = readJob(jobFolderAt(options.network), RETRAINING_JOURNAL);
  const { config, plan } = await planResumedRetraining(earlier, {}, loader);
  const trained = earlier.lines.flatMap(({ entry }) => (entry.type === 'trained' ? [entry] : []));
  const chosen = options.seed === undefined ? trained[0] : trained.find(({ seed }) => seed === options.seed);
  if (chosen === undefined) throw untrained(earlier.folder.path, options.seed, trained);
  const { seed, training } = chosen;
  return {
    ...{ config, plan, seed },
    weights: checkpointOf(earlier, seed),
    accuracy: seedResult(seed, training).accuracy,
    run: earlier.folder.path,
    search: options.search ?? null,
  };
}

/** The weights of a retraining fit only its own network. */
function rejectWithTraining({ overrides = [], weights }: SubjectOptions): void {
  const given = weights !== undefined ? 'weights' : overrides[0];
  if (given === undefined) return;
  throw new UsageError(`A retraining has its own network and weights, so ${given} cannot be given.`, {
    code: 'run-with-configuration',
    nextSteps: [`Remove ${given}, or name the genotype instead of the folder.`],
  });
}

function untrained(
  folder: string,
  seed: number | undefined,
  trained: readonly { readonly seed: number }[],
): UsageError {
  if (seed !== undefined && trained.length > 0) {
    return new UsageError(`The retraining in ${folder} has no training of seed ${seed}.`, {
      code: 'unknown-seed',
      nextSteps: [`Its seeds are ${trained.map((one) => one.seed).join(', ')}.`],
    });
  }
  return new UsageError(`The retraining in ${folder} has not finished a training yet.`, {
    code: 'no-answer',
    nextSteps: [`Resume it with: rminas retrain --resume ${shellWord(folder)}`],
  });
}
