import { BENCHMARKS, benchmarkOf } from '../../benchmarks/benchmark.js';
import { type Config, planSearch, type SearchPlan } from '../../config/index.js';
import { readConfiguredObjective } from '../../config/planning/objective.js';
import type { BenchmarkDefinition } from '../../definitions/benchmark.js';
import { UsageError } from '../../errors.js';
import { PluginLoader } from '../../plugins/loader.js';
import { dataFolderOf } from '../common-options.js';
import type { DuplicateCounting } from './sample.js';
import { type RankingScore, scoreOf } from './scores.js';

export interface NewRanking {
  /** Configuration file in XNAS's form: space, data set, batch, teacher, optimiser, size of the network and seed. */
  readonly cfg: string;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. */
  readonly overrides?: readonly string[] | undefined;
  /** Python files and modules that add spaces, data sets, teachers and proxies; besides those of RMINAS.PLUGINS. */
  readonly plugins?: readonly string[] | undefined;
  /** Random architectures; 100 by default. */
  readonly architectures?: number | undefined;
  /** Names of proxies, with or without a step, and `aggregate`. */
  readonly proxies?: readonly string[] | undefined;
  /** Whether isomorphic architectures count as often as they are drawn, the default, or once. */
  readonly duplicates?: DuplicateCounting | undefined;
  /** @deprecated The name of `duplicates` until release 0.2.1. */
  readonly twins?: DuplicateCounting | undefined;
  /** Resamples for the intervals; 1000 by default. */
  readonly bootstrap?: number | undefined;
  /** Architectures that are also trained as in the paper, to compare seconds; 0 by default. */
  readonly paperTrainings?: number | undefined;
  /** Epochs of a proper training of each architecture, whose accuracies replace those of a benchmark. */
  readonly trainEpochs?: number | undefined;
  /** Folder with the data sets, teachers and benchmarks. */
  readonly data?: string | undefined;
}

export interface RankingPlan {
  readonly config: Config;
  readonly plan: SearchPlan;
  /** The source of the accuracies: a benchmark, or trainings of so many epochs. */
  readonly accuracies: { readonly benchmark: BenchmarkDefinition } | { readonly epochs: number };
  readonly architectures: number;
  /** At least one. */
  readonly scores: readonly RankingScore[];
  readonly duplicates: DuplicateCounting;
  readonly bootstrap: number;
  readonly paperTrainings: number;
  /** The `--data` folder; null when none was given. */
  readonly data: string | null;
}

export const DEFAULTS = {
  architectures: 100,
  proxies: ['rmi', 'synflow', 'flops', 'aggregate'],
  duplicates: 'all',
  bootstrap: 1000,
  paperTrainings: 0,
} as const;

/** @throws UsageError for an invalid configuration, number or proxy, or a space without a benchmark. */
export async function planRanking(options: NewRanking, loader = new PluginLoader()): Promise<RankingPlan> {
  const { cfg, overrides, plugins } = options;
  const config = await loader.loadConfig({ file: cfg, overrides, plugins });
  const plan = planSearch(config);
  const numbers = {
    architectures: count('architectures', options.architectures ?? DEFAULTS.architectures, 2),
    bootstrap: count('bootstrap', options.bootstrap ?? DEFAULTS.bootstrap, 1),
    paperTrainings: count('paper', options.paperTrainings ?? DEFAULTS.paperTrainings, 0),
  };
  return {
    config,
    plan,
    accuracies:
      options.trainEpochs === undefined
        ? { benchmark: findBenchmark(plan) }
        : { epochs: count('train-epochs', options.trainEpochs, 1) },
    ...numbers,
    scores: readScores(options.proxies ?? DEFAULTS.proxies, config, plan),
    duplicates: options.duplicates ?? options.twins ?? DEFAULTS.duplicates,
    data: dataFolderOf(options),
  };
}

function readScores(names: readonly string[], config: Config, { specification, settings }: SearchPlan): RankingScore[] {
  const distinct = [...new Set(names.map((name) => name.trim()))].filter((name) => name !== '');
  const scores = distinct.map((name) =>
    scoreOf(readConfiguredObjective(name, '--proxies', config, specification.steps), settings.warmup),
  );
  if (scores.length > 0 && scores.every(({ proxies }) => proxies.length > 0)) return scores;
  const problem = scores.length > 0 ? 'has benchmark, which is what proxies are compared with' : 'names nothing';
  throw new UsageError(`--proxies ${problem}.`, {
    code: 'no-proxy',
    nextSteps: [`Name proxies, separated by commas: --proxies ${DEFAULTS.proxies.join(',')}`],
  });
}

function findBenchmark({ specification }: SearchPlan): BenchmarkDefinition {
  const benchmark = benchmarkOf(specification.space);
  if (benchmark) return benchmark;
  throw new UsageError(`There is no benchmark of the space ${specification.space} to rank its architectures by.`, {
    code: 'no-benchmark',
    nextSteps: [
      'Rank by the accuracies of trainings: --train-epochs N',
      `Or use a configuration for one of ${BENCHMARKS.map(({ space }) => space).join(', ')}.`,
    ],
  });
}

const MOST = 100_000;

function count(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least && value <= MOST) return value;
  throw new UsageError(`--${name} is ${value}.`, {
    code: 'out-of-range',
    nextSteps: [`Give a whole number from ${least} to ${MOST}.`],
  });
}
