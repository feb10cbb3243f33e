/** The two tables of the paper, with the runs that were made here. */
import { publishedDartsGenotype } from '../../spaces/darts/published.js';
import { METHODS } from '../../supernets/index.js';
import { VERSION } from '../../version.js';
import { PUBLISHED_DARTS, type PublishedDartsRow, publishedOf } from '../compare/published.js';
import type { ComparisonRow } from '../compare/result.js';
import { measureOneShots, measureRow, rowsOfComparisons } from './measured.js';
import { type FoundResults, ranOnGpu, readResults } from './read-runs.js';
import type { DartsRow, DartsTable, MeasuredRuns, NasBench201Row, NasBench201Table } from './result.js';
import { recipeOf, retrainedOf } from './retrained.js';

const NAS_BENCH_201 = 'nas-bench-201';

type Searches = Pick<ComparisonRow, 'strategy' | 'objective'>;
type Runs = { readonly method: string } | Searches;

/** What the published rows of NAS-Bench-201 are here: a one-shot method, or a strategy with an objective. */
const RUNS_OF: Readonly<Record<string, Runs>> = {
  RL: { strategy: 'reinforce', objective: 'rmi' },
  'DARTS-V2': { method: 'darts-2' },
  GDAS: { method: 'gdas' },
  FairNAS: { method: 'fairnas' },
  'RMI-NAS': { strategy: 'forest', objective: 'rmi' },
};
const PUBLISHED = Object.values(RUNS_OF);
const PUBLISHED_METHODS = new Set(PUBLISHED.flatMap((runs) => ('method' in runs ? [runs.method] : [])));

/**
 * The table of NAS-Bench-201: the published rows, the other one-shot methods, and the other searches that were made.
 * @param folders folders of runs
 * @throws MissingError for a folder that cannot be read
 */
export async function nasBench201Table(folders: readonly string[]): Promise<NasBench201Table> {
  const found = readResults('nasBench201Table()', folders);
  const published = publishedOf(NAS_BENCH_201);
  if (published === null) throw new Error('the paper has a table of NAS-Bench-201');
  const rows: NasBench201Row[] = [];
  for (const { method, seconds, accuracies } of published.rows) {
    rows.push(await rowOf(method, { seconds, accuracies }, found));
  }
  for (const { name } of METHODS) if (!PUBLISHED_METHODS.has(name)) rows.push(await rowOf(name, null, found));
  rows.push(...otherRows(found));
  const { source } = published;
  return { schema: 1, rminas: VERSION, table: NAS_BENCH_201, source, onGpu: ranOnGpu(found), rows };
}

async function rowOf(
  method: string,
  published: NasBench201Row['published'],
  found: FoundResults,
): Promise<NasBench201Row> {
  const runs = RUNS_OF[method] ?? { method };
  const measured =
    'method' in runs ? await measureOneShots(found.oneShots, runs.method, NAS_BENCH_201) : rowsNamed(found, runs);
  return { method, published, measured, notRun: measured.length > 0 ? null : reasonOf(runs) };
}

function rowsNamed(found: FoundResults, searches: Searches): MeasuredRuns[] {
  return rowsOfComparisons(found.comparisons, NAS_BENCH_201)
    .filter(([row]) => isRowOf(row, searches))
    .flatMap(([row, comparison]) => measureRow(row, comparison) ?? []);
}

function reasonOf(runs: Runs): string {
  const command =
    'method' in runs
      ? `rminas one-shot --method ${runs.method} --space ${NAS_BENCH_201}`
      : `rminas compare --cfg nas-bench-201-cifar10 --strategies ${runs.strategy}`;
  return `no run in the folders; \`${command}\` makes one`;
}

/** Searches of comparisons that no published row is about. */
function otherRows(found: FoundResults): NasBench201Row[] {
  return rowsOfComparisons(found.comparisons, NAS_BENCH_201).flatMap(([row, comparison]) => {
    const measured = isPublished(row) ? null : measureRow(row, comparison);
    const name = `${row.strategy}, ${row.objective}`;
    return measured === null ? [] : [{ method: name, published: null, measured: [measured], notRun: null }];
  });
}

function isPublished(row: ComparisonRow): boolean {
  return PUBLISHED.some((runs) => 'strategy' in runs && isRowOf(row, runs));
}

function isRowOf(row: ComparisonRow, { strategy, objective }: Searches): boolean {
  return row.strategy === strategy && row.objective === objective;
}

/**
 * The table of the DARTS space: published errors, retrainings by one recipe, and searches with a supernet.
 * @param folders folders of retrainings and searches
 * @throws MissingError for a folder that cannot be read; UsageError `different-recipes` for retrainings that differ
 */
export async function dartsTable(folders: readonly string[]): Promise<DartsTable> {
  const found = readResults('dartsTable()', folders);
  const recipe = recipeOf(found.retrainings);
  const rows: DartsRow[] = [];
  for (const row of PUBLISHED_DARTS.rows) rows.push(await dartsRowOf(row, found));
  const { source } = PUBLISHED_DARTS;
  return { schema: 1, rminas: VERSION, table: 'darts', source, onGpu: ranOnGpu(found), recipe, rows };
}

async function dartsRowOf(
  { method, genotype: name, oneShot, gpuDays, retrained: published }: PublishedDartsRow,
  { oneShots, retrainings }: FoundResults,
): Promise<DartsRow> {
  const known = publishedDartsGenotype(name);
  const genotype = known?.genotype ?? null;
  const retrained = genotype === null ? null : retrainedOf(retrainings, genotype);
  const missing =
    genotype === null
      ? 'its genotype was not published'
      : 'no retraining in the folders; `rminas table darts --retrain` makes one';
  return {
    method,
    genotype: genotype === null ? null : name,
    published: {
      error: known === undefined ? null : { mean: known.error, deviation: known.deviation },
      retrained: published,
      parameters: known?.parameters ?? null,
      gpuDays,
    },
    retrained,
    notRun: retrained === null ? missing : null,
    measured: oneShot === null ? [] : await measureOneShots(oneShots, oneShot, 'darts'),
  };
}
