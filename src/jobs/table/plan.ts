import { resolve } from 'node:path';
import { type Config, planSearch, type SearchPlan } from '../../config/index.js';
import { MissingError, UsageError } from '../../errors.js';
import { PluginLoader } from '../../plugins/loader.js';
import { resolveProxy } from '../../proxies/index.js';
import { readTextBounded } from '../../system/files.js';
import { dataFolderOf } from '../common-options.js';
import { allClasses, canonicalGenotypes, sampleClasses } from './architectures.js';
import { type PlannedBatch, planBatch } from './batches.js';
import { tableProxies } from './proxies.js';

export interface NewTable {
  /** Configuration of the searches that the table is for: space, data set, teacher, network and optimiser. */
  readonly cfg: string;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. RNG_SEED is the seed of the sample. */
  readonly overrides?: readonly string[] | undefined;
  /** Python files and modules that add spaces, data sets, teachers and proxies; besides those of RMINAS.PLUGINS. */
  readonly plugins?: readonly string[] | undefined;
  /** Folder of the table. */
  readonly out: string;
  /** Isomorphism classes to draw at random; 100 by default. */
  readonly architectures?: number | undefined;
  /** File with further genotypes, one a line. */
  readonly also?: string | undefined;
  /** Seeds of the batches; each decides the images and the initial weights. 1 by default. */
  readonly batches?: readonly number[] | undefined;
  /** Proxies without a training; by default those of the configuration's aggregate. */
  readonly proxies?: readonly string[] | undefined;
  /** Updates between two observations of a training; 5 by default. */
  readonly every?: number | undefined;
  /** Whether all classes of the space are measured by the proxies without a training; false by default. */
  readonly staticAll?: boolean | undefined;
  /** Folder with the data sets and teachers. */
  readonly data?: string | undefined;
}

export interface TablePlan {
  readonly folder: string;
  /** At least one. */
  readonly batches: readonly [PlannedBatch, ...PlannedBatch[]];
  readonly sampleSeed: number;
  readonly sample: readonly string[];
  readonly also: readonly string[];
  readonly all: readonly string[];
  /** Of every architecture of `sample` and `also`. */
  readonly proxies: readonly string[];
  readonly statics: readonly string[];
  readonly data: string | null;
}

export const TABLE_DEFAULTS = { architectures: 100, batches: [1], every: 5 } as const;
const MOST_ARCHITECTURES = 100_000;
const MOST_LIST_BYTES = 2 ** 24;

/** @throws UsageError for an invalid configuration, number, proxy or genotype */
export async function planTable(options: NewTable, loader = new PluginLoader()): Promise<TablePlan> {
  const { cfg, overrides = [], plugins, data, out, every = TABLE_DEFAULTS.every } = options;
  const config = await loader.loadConfig({ file: cfg, overrides, plugins });
  const plan = planSearch(config);
  const seeds = [...new Set(options.batches ?? TABLE_DEFAULTS.batches)];
  const [first, ...others] = await Promise.all(
    seeds.map((seed) => planBatch(loader, { cfg, overrides, plugins }, seed)),
  );
  if (first === undefined) throw invalid('--batches names no seed', 'Name at least one seed: --batches 1,2,3');
  const { space } = plan.definitions.space;
  const statics = staticsOf(options.proxies ?? defaultStatics(plan), config);
  return {
    folder: resolve(out),
    batches: [first, ...others],
    sampleSeed: plan.settings.seed,
    sample: sampleClasses(space, plan.settings.seed, sizeOf(options.architectures ?? TABLE_DEFAULTS.architectures)),
    also: options.also === undefined ? [] : canonicalGenotypes(space, genotypesIn(options.also)),
    all: options.staticAll === true ? allClasses(space) : [],
    proxies: tableProxies(plan.specification.steps, every, statics),
    statics,
    data: dataFolderOf({ data }),
  };
}

/** The proxies of the aggregate that need no training, and the multiply-adds, which every cost needs. */
function defaultStatics({ settings }: SearchPlan): string[] {
  const { objective } = settings;
  const parts = objective.kind === 'aggregate' ? objective.proxies : [];
  return ['flops', ...parts.filter(({ needs }) => needs !== 'training').map(({ name }) => name)];
}

function staticsOf(names: readonly string[], { catalogue }: Config): string[] {
  for (const name of names) {
    if (resolveProxy(name, catalogue.proxies).definition.needs !== 'training') continue;
    throw invalid(`--proxies names ${name}, which needs a training`, 'Leave it out: a table has all of a training.');
  }
  return [...new Set(['flops', ...names])];
}

function sizeOf(architectures: number): number {
  if (Number.isInteger(architectures) && architectures >= 0 && architectures <= MOST_ARCHITECTURES)
    return architectures;
  throw invalid(`--architectures is ${architectures}`, `Give a whole number from 0 to ${MOST_ARCHITECTURES}.`);
}

/** The lines of a file. Empty lines, and those that begin with #, are left out. */
function genotypesIn(file: string): string[] {
  let text: string;
  try {
    text = readTextBounded(file, MOST_LIST_BYTES);
  } catch (cause) {
    throw new MissingError(`${file} could not be read: ${(cause as Error).message}.`, {
      code: 'unreadable-list',
      nextSteps: ['Name a file with one genotype a line.'],
      cause,
    });
  }
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function invalid(problem: string, nextStep: string): UsageError {
  return new UsageError(`${problem}.`, { code: 'invalid-table', nextSteps: [nextStep] });
}
