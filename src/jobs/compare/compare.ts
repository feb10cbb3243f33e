import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InterruptedError, SidecarError, UsageError } from '../../errors.js';
import { getSpace } from '../../spaces/index.js';
import { folderError, writeRunFile } from '../../store/folder.js';
import { VERSION } from '../../version.js';
import type { CommonOptions } from '../search/search-run.js';
import { regretCharts } from './charts.js';
import { type Completed, completeRuns } from './complete.js';
import type { CostKind } from './cost.js';
import { comparisonCsv } from './csv.js';
import type { ComparisonEvent } from './events.js';
import { type Judgement, judge } from './judgement.js';
import { type ComparisonOptions, type PlannedComparison, planComparison } from './plan.js';
import { publishedOf } from './published.js';
import type { ComparisonResult } from './result.js';
import { answersOf, type RecordedSearch, rowOf } from './rows.js';

export interface CompareOptions extends ComparisonOptions, CommonOptions {
  /** What the searches may spend, in the unit of `cost`; by default as much as they want. */
  readonly budget?: number | undefined;
  /** What they are compared by; seconds by default. */
  readonly cost?: CostKind | undefined;
  /** Searches side by side, each with workers of its own; 1 by default. */
  readonly jobs?: number | undefined;
  readonly onEvent?: ((event: ComparisonEvent) => void) | undefined;
}

/**
 * Compares searches under equal cost, as `rminas compare` does. Each is an ordinary run in the comparison's folder, so
 * that what is there already is not computed again.
 *
 * @example
 * const { rows } = await compare({ cfg: 'configs/quickstart.yaml', strategies: ['forest', 'random'], seeds: [1, 2, 3] });
 * @throws UsageError, MissingError, SidecarError when no search could be completed, or InterruptedError
 */
export async function compare(options: CompareOptions): Promise<ComparisonResult> {
  const { budget = null, cost = 'seconds', jobs = 1, onEvent = () => {}, ...rest } = options;
  checkBudget(budget);
  const signal = options.signal ?? new AbortController().signal;
  const planned = await planComparison(rest);
  try {
    const { python, cache, data } = options;
    const asking = { python, signal, data };
    // Before hours of searching: a benchmark that cannot be read should not be found out afterwards.
    const { benchmark } = await judgeAll(planned, [], asking);
    onEvent({ type: 'benchmark-found', note: benchmark });
    const completed = await completeRuns(planned.rows, {
      kind: cost,
      budget,
      jobs,
      python,
      cache,
      signal,
      emit: onEvent,
    });
    checkAny(completed);
    const judgement = await judgeAll(planned, completed, asking);
    const result = assemble(planned, completed, judgement, { cost, budget });
    writeFiles(result);
    return result;
  } catch (error) {
    if (signal.aborted) throw interrupted(planned.folder, error);
    throw error;
  }
}

function checkBudget(budget: number | null): void {
  if (budget === null || (Number.isFinite(budget) && budget > 0)) return;
  throw new UsageError(`The budget is ${budget}, and must be a number above 0.`, { code: 'invalid-budget' });
}

/** A comparison of nothing would only look like a result. */
function checkAny(completed: readonly Completed[]): void {
  const [first] = completed;
  if (first === undefined || completed.some(({ outcome }) => 'trajectory' in outcome)) return;
  const reason = 'failure' in first.outcome ? first.outcome.failure : '';
  throw new SidecarError(`None of the ${completed.length} searches could be completed: ${reason}`, {
    code: 'all-searches-failed',
    nextSteps: [`Look into the log of one: ${join(first.planned.folder, 'log.txt')}`],
  });
}

function searchesOf(row: string, completed: readonly Completed[]): RecordedSearch[] {
  return completed.flatMap(({ planned: { row: name, seed, folder }, outcome }) =>
    name === row && 'trajectory' in outcome ? [{ seed, folder, trajectory: outcome.trajectory }] : [],
  );
}

function judgeAll(
  { rows, first }: PlannedComparison,
  completed: readonly Completed[],
  options: { python: string | undefined; signal: AbortSignal; data: string | undefined },
): Promise<Judgement> {
  const { specification, settings } = first.plan;
  const { vote: method, edgeRank, voters } = settings;
  return judge({
    ...options,
    space: getSpace(specification.space),
    dataset: specification.dataset,
    vote: { method, edgeRank, voters },
    genotypes: answersOf(rows.flatMap(({ name }) => searchesOf(name, completed))),
    data: options.data === undefined ? null : resolve(options.data),
  });
}

function assemble(
  { folder, rows, first }: PlannedComparison,
  completed: readonly Completed[],
  { benchmark, series, voting, figuresOf }: Judgement,
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
    files: {
      folder,
      result: file('comparison.json'),
      csv: file('comparison.csv'),
      curves: series.map(({ dataset: name }) => file(`regret-${name}.svg`)),
    },
  };
}

function writeFiles(result: ComparisonResult): void {
  const { files } = result;
  try {
    mkdirSync(files.folder, { recursive: true });
  } catch (cause) {
    throw folderError(files.folder, cause as NodeJS.ErrnoException);
  }
  writeRunFile(files.result, `${JSON.stringify(result, null, 2)}\n`);
  writeRunFile(files.csv, comparisonCsv(result));
  for (const [index, { svg }] of regretCharts(result).entries()) writeRunFile(files.curves[index] ?? '', svg);
}

function interrupted(folder: string, cause: unknown): InterruptedError {
  return new InterruptedError('The comparison was interrupted; what its searches evaluated is kept.', {
    code: 'interrupted',
    nextSteps: [`Give the same command again: it goes on with the runs in ${join(folder, 'runs')}`],
    cause,
  });
}
