import { join } from 'node:path';
import { type DrawSvg, loadSvg } from '../../charts/load-svg.js';
import { valuesFor } from '../../definitions/values.js';
import { SidecarError, UsageError } from '../../errors.js';
import { pathOption } from '../../installation/paths.js';
import {
  anyNumber,
  arrayOf,
  checkOptions,
  filledText,
  flagOption,
  type OptionShape,
  objectWith,
  oneOf,
  seedOption,
  wholeNumberOption,
} from '../../options.js';
import { PluginLoader } from '../../plugins/loader.js';
import { ensureJobFolder, writeJobFile } from '../../store/folder.js';
import { lockFolder } from '../../store/lock.js';
import { ANSWER_KEYS } from '../../strategies/answers/settings.js';
import { VERSION } from '../../version.js';
import { MIXED_OPTIONS, type MixedOptions } from '../arithmetic-kinds.js';
import { CONFIGURATION_OPTIONS, dataFolderOf, words } from '../common-options.js';
import { JOB_OPTIONS, type Job, type JobContext, type JobOptions, startChecked } from '../job.js';
import { CACHE_OPTIONS, type CacheOptions } from '../search/search.js';
import { type BenchmarkFigures, benchmarkFigures } from './benchmark-figures.js';
import { regretCharts } from './charts.js';
import { type Completed, completeRuns, kindsOfCompleted } from './complete.js';
import { COST_KINDS, type CostKind } from './cost.js';
import { comparisonCsv } from './csv.js';
import type { ComparisonEvent } from './events.js';
import { type ComparisonOptions, type FurtherRow, type PlannedComparison, planComparison } from './plan.js';
import { publishedOf } from './published.js';
import type { ComparisonResult } from './result.js';
import { answersOf, type RecordedSearch, rowOf } from './rows.js';

export interface CompareOptions extends ComparisonOptions, JobOptions, CacheOptions, MixedOptions {
  /** The budget of each search, in the unit of `cost`; by default none. */
  readonly budget?: number | undefined;
  /** The kind of cost that searches are compared by; seconds by default. */
  readonly cost?: CostKind | undefined;
  /** Parallel searches, each with its own workers; 1 by default. */
  readonly jobs?: number | undefined;
  /**
   * Whether several processes complete the comparison together: each takes the searches that no other one works on.
   * The folder must be the same for all of them. False by default.
   */
  readonly shared?: boolean | undefined;
}

const namedFile = objectWith<FurtherRow>('a name and a configuration: { name, cfg }', {
  name: filledText,
  cfg: pathOption,
});

/** The budget is checked before the comparison begins. */
const COMPARE_OPTIONS: OptionShape<CompareOptions> = {
  ...{ ...JOB_OPTIONS, ...CACHE_OPTIONS, ...MIXED_OPTIONS, ...CONFIGURATION_OPTIONS },
  cfg: pathOption,
  strategies: words.optional(),
  objectives: words.optional(),
  methods: words.optional(),
  methodsCfg: pathOption.optional(),
  seeds: arrayOf(seedOption, 'seeds'),
  also: arrayOf(namedFile, 'names and configurations: { name, cfg }').optional(),
  alsoSeeds: arrayOf(seedOption, 'seeds').optional(),
  machine: words.optional(),
  out: pathOption.optional(),
  budget: anyNumber.optional(),
  cost: oneOf(COST_KINDS).optional(),
  jobs: wholeNumberOption(1).optional(),
  shared: flagOption.optional(),
};

/**
 * Compares searches under equal cost, as `rminas compare` does. Each search is an ordinary run in the folder of the
 * comparison: what its journal has is not computed again.
 *
 * @example
 * const { rows } = await compare({ cfg: 'quickstart', strategies: ['forest', 'random'], seeds: [1, 2] }).result;
 */
export function compare(options: CompareOptions): Job<ComparisonEvent, ComparisonResult> {
  const interruption = (folder: string | undefined) => ({
    message: 'The comparison was interrupted; what its searches evaluated is kept.',
    nextSteps:
      folder === undefined ? [] : [`Give the same command again: it resumes the runs in ${join(folder, 'runs')}`],
  });
  return startChecked(() => checkOptions('compare()', COMPARE_OPTIONS, options), { interruption }, runComparison);
}

async function runComparison(options: CompareOptions, context: JobContext<ComparisonEvent>): Promise<ComparisonResult> {
  const { budget = null, cost = 'seconds', jobs = 1, shared = false, ...others } = options;
  const { python, cache, allowMixed, data, ...rest } = others;
  checkBudget(budget);
  const { signal, emit } = context;
  const loader = new PluginLoader({ python, signal });
  const planned = await planComparison({ ...rest, data }, loader);
  const asking = { python, signal, data };
  // A benchmark that cannot be read is found before hours of searching.
  const { benchmark } = await figuresOfAll(planned, [], asking);
  emit({ type: 'benchmark-found', note: benchmark });
  const lock = lockComparison(planned, { ...context, shared });
  try {
    const completed = await completeRuns(planned.rows, {
      kind: cost,
      budget,
      jobs,
      shared,
      python,
      loader,
      cache,
      allowMixed,
      signal,
      emit,
    });
    checkAny(completed);
    const figures = await figuresOfAll(planned, completed, asking);
    const result = resultOf(planned, completed, figures, { cost, budget });
    const svgOf = await loadSvg();
    lock?.check();
    writeFiles(result, svgOf, shared);
    return result;
  } finally {
    lock?.release();
  }
}

/** Two comparisons in one folder would write the same files. Processes that share one write the same content. */
function lockComparison(
  { folder }: PlannedComparison,
  { emit, opened, fail, shared }: JobContext<ComparisonEvent> & { readonly shared: boolean },
) {
  const place = ensureJobFolder(folder);
  if (shared) {
    opened(folder);
    return undefined;
  }
  const lock = lockFolder(place);
  lock.lost.addEventListener('abort', () => fail(lock.lost.reason));
  opened(folder);
  for (const text of lock.notices) emit({ type: 'notice', row: null, seed: null, text });
  return lock;
}

function checkBudget(budget: number | null): void {
  if (budget === null || (Number.isFinite(budget) && budget > 0)) return;
  throw new UsageError(`The budget is ${budget}, and must be a number above 0.`, { code: 'invalid-budget' });
}

/** Without any completed search there is nothing to compare. */
function checkAny(completed: readonly Completed[]): void {
  const [first] = completed;
  if (first === undefined || completed.some(({ outcome }) => 'trajectory' in outcome)) return;
  const reason = 'failure' in first.outcome ? first.outcome.failure : '';
  throw new SidecarError(`None of the ${completed.length} searches could be completed: ${reason}`, {
    code: 'all-searches-failed',
    nextSteps: [`See the log of one: ${join(first.planned.folder, 'log.txt')}`],
  });
}

function searchesOf(row: string, completed: readonly Completed[]): RecordedSearch[] {
  return completed.flatMap(({ planned: { row: name, seed, folder }, outcome }) =>
    name === row && 'trajectory' in outcome ? [{ seed, folder, trajectory: outcome.trajectory }] : [],
  );
}

function figuresOfAll(
  { rows, first }: PlannedComparison,
  completed: readonly Completed[],
  options: { python: string | undefined; signal: AbortSignal; data: string | undefined },
): Promise<BenchmarkFigures> {
  const { specification, settings, definitions } = first.plan;
  const { 'RMINAS.VOTE': method, 'RMINAS.VOTE_TOP': voters } = valuesFor(ANSWER_KEYS, first.config.values);
  const { edgeRank } = settings;
  return benchmarkFigures({
    ...options,
    space: definitions.space.space,
    dataset: specification.dataset,
    vote: { method, edgeRank, voters },
    genotypes: answersOf(rows.flatMap(({ name }) => searchesOf(name, completed))),
    data: dataFolderOf(options),
  });
}

function resultOf(
  { folder, rows, first }: PlannedComparison,
  completed: readonly Completed[],
  { benchmark, series, voting, figuresOf }: BenchmarkFigures,
  { cost, budget }: { cost: CostKind; budget: number | null },
): ComparisonResult {
  const { space, dataset } = first.plan.specification;
  const common = { kind: cost, budget, series: series.length, figuresOf, voting: voting?.figures ?? [] };
  const file = (name: string) => join(folder, name);
  return {
    schema: 1,
    rminas: VERSION,
    space,
    dataset,
    cost,
    budget,
    benchmark,
    series: [...series],
    rows: rows.map((row) => rowOf({ ...row, ...common, searches: searchesOf(row.name, completed) })),
    voting,
    published: publishedOf(space),
    failures: completed.flatMap(({ planned: { row, seed }, outcome }) =>
      'failure' in outcome ? [{ row, seed, reason: outcome.failure }] : [],
    ),
    kinds: kindsOfCompleted(completed),
    files: {
      folder,
      result: file('comparison.json'),
      csv: file('comparison.csv'),
      curves: series.map(({ dataset: name }) => file(`regret-${name}.svg`)),
    },
  };
}

function writeFiles(result: ComparisonResult, svgOf: DrawSvg, shared: boolean): void {
  const { files } = result;
  const write = (file: string, text: string) => writeJobFile(file, text, { shared });
  write(files.result, `${JSON.stringify(result, null, 2)}\n`);
  write(files.csv, comparisonCsv(result));
  for (const [index, { svg }] of regretCharts(result, svgOf).entries()) write(files.curves[index] ?? '', svg);
}
