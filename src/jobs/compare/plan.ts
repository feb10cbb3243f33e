import { join, resolve } from 'node:path';
import { textLiteral } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import { withHome } from '../../installation/paths.js';
import { PluginLoader } from '../../plugins/loader.js';
import { type NewSearch, type PlannedSearch, planNewSearch } from '../search/plan.js';
import { type PlannedMethodRun, planMethodRows } from './methods.js';
import type { ComparisonRow } from './result.js';

/** A further configuration to compare with. Its searches run to their own end. */
export interface FurtherRow {
  readonly name: string;
  readonly cfg: string;
}

export interface ComparisonOptions {
  /** Configuration file in XNAS's form, of all strategies and objectives. */
  readonly cfg: string;
  /** Python files and modules that add spaces, data sets, teachers and proxies; besides those of RMINAS.PLUGINS. */
  readonly plugins?: readonly string[] | undefined;
  /** By default, the one of the configuration. */
  readonly strategies?: readonly string[] | undefined;
  readonly objectives?: readonly string[] | undefined;
  /** One-shot methods, each a row. Their searches run to their last epoch. */
  readonly methods?: readonly string[] | undefined;
  /** Configuration of the methods; by default `cfg`, of which they use the space, the data set and the size. */
  readonly methodsCfg?: string | undefined;
  readonly seeds: readonly number[];
  /** Changes of the configuration: `KEY`, `VALUE`, `KEY`, `VALUE`, …, as yacs takes them. */
  readonly overrides?: readonly string[] | undefined;
  readonly also?: readonly FurtherRow[] | undefined;
  /** Seeds of the further configurations; by default the same as `seeds`. */
  readonly alsoSeeds?: readonly number[] | undefined;
  /** Keys of the machine, for all rows: `RMINAS.THREADS`, `1`, … */
  readonly machine?: readonly string[] | undefined;
  /** Folder with the data sets and teachers. */
  readonly data?: string | undefined;
  /** The comparison's own folder; by default one under OUT_DIR. */
  readonly out?: string | undefined;
}

/** A search of a comparison. */
export interface PlannedRun {
  readonly row: string;
  readonly seed: number;
  readonly folder: string;
  readonly options: NewSearch;
  readonly run: PlannedSearch;
}

export interface PlannedRow extends Pick<ComparisonRow, 'name' | 'strategy' | 'objective' | 'cfg' | 'unlimited'> {
  readonly runs: readonly (PlannedRun | PlannedMethodRun)[];
}

export interface PlannedComparison {
  readonly folder: string;
  readonly rows: readonly PlannedRow[];
  /** The first search: it has what all searches have in common. */
  readonly first: PlannedSearch;
}

interface RowSource {
  readonly name: string | null;
  readonly cfg: string;
  readonly overrides: readonly string[];
  readonly seeds: readonly number[];
}

/** @throws UsageError for an invalid name, configuration or seed, before anything is computed. */
export async function planComparison(
  options: ComparisonOptions,
  loader = new PluginLoader(),
): Promise<PlannedComparison> {
  const { cfg, strategies = [], overrides = [], machine = [], plugins, data, out } = options;
  const common = await planNewSearch({ cfg, overrides: [...overrides, ...machine], plugins, data }, loader);
  for (const name of strategies) common.config.catalogue.strategies.get(name, '--strategies');
  const { specification, outDir } = common.plan;
  const folder = resolve(out ?? join(outDir, `comparison-${specification.space}-${specification.dataset}`));
  const rows: PlannedRow[] = [];
  for (const source of sourcesOf(options)) rows.push(await planRow(source, { machine, plugins, data, folder, loader }));
  const [first] = rows.flatMap(({ runs }) => runs.flatMap((one) => ('run' in one ? [one.run] : [])));
  const { methods = [], methodsCfg = cfg, seeds } = options;
  const ofMethods = { methods, cfg: methodsCfg, seeds, machine, folder, plugins, data };
  rows.push(...(await planMethodRows(ofMethods, loader)));
  checkNames(rows);
  if (first === undefined) {
    throw new UsageError('There is nothing to compare: no strategy, no objective or no seed was given.', {
      code: 'no-searches',
    });
  }
  for (const row of rows) checkSpace(row, first);
  return { folder, rows, first };
}

/** Strategies × objectives, then the further configurations. */
function sourcesOf({ cfg, strategies, objectives, seeds, overrides = [], also = [], alsoSeeds }: ComparisonOptions) {
  const choices = (key: string, names: readonly string[] | undefined) =>
    names?.map((name) => [key, textLiteral(name)]) ?? [[]];
  const grid = choices('RMINAS.STRATEGY', strategies).flatMap((strategy) =>
    choices('RMINAS.OBJECTIVE', objectives).map(
      (objective): RowSource => ({ name: null, cfg, overrides: [...overrides, ...strategy, ...objective], seeds }),
    ),
  );
  const further = also.map(
    (row): RowSource => ({ ...row, cfg: withHome(row.cfg), overrides: [], seeds: alsoSeeds ?? seeds }),
  );
  return [...grid, ...further];
}

interface RowContext extends Pick<ComparisonOptions, 'plugins' | 'data'> {
  readonly machine: readonly string[];
  readonly folder: string;
  readonly loader: PluginLoader;
}

async function planRow(
  { name: given, cfg, overrides, seeds }: RowSource,
  { machine, plugins, data, folder, loader }: RowContext,
): Promise<PlannedRow> {
  const plans = await Promise.all(
    seeds.map(async (seed) => {
      const options = { cfg, overrides: [...overrides, ...machine, 'RNG_SEED', String(seed)], plugins, data };
      return { seed, options, run: await planNewSearch(options, loader) };
    }),
  );
  const settings = plans[0]?.run.plan.settings;
  const strategy = settings?.strategy ?? '';
  const objective = settings === undefined ? '' : objectiveName(settings.objective);
  const name = given ?? `${strategy}-${objective}`;
  const runs = plans.map(({ seed, options, run }): PlannedRun => {
    const own = join(folder, 'runs', `${name}-seed${seed}`);
    return { row: name, seed, folder: own, options: { ...options, folder: own }, run };
  });
  return { name, strategy, objective, cfg, unlimited: given !== null, runs };
}

function objectiveName(objective: PlannedSearch['plan']['settings']['objective']): string {
  return objective.kind === 'proxy' ? objective.proxy.name : objective.kind;
}

/** Names of rows are names of folders. */
function checkNames(rows: readonly PlannedRow[]): void {
  const seen = new Set<string>();
  for (const { name } of rows) {
    if (!/^[\w.@-]+$/.test(name)) {
      throw new UsageError(`'${name}' cannot be the name of a row.`, {
        code: 'invalid-row-name',
        nextSteps: ['Use letters, digits, dots and dashes: --also paper=FILE'],
      });
    }
    if (seen.has(name)) {
      throw new UsageError(`Two rows are called '${name}'.`, {
        code: 'equal-row-names',
        nextSteps: ['Name each strategy and objective once, and give each --also its own name.'],
      });
    }
    seen.add(name);
  }
}

/** Rows are compared by the accuracies of one benchmark. */
function checkSpace({ name, runs }: PlannedRow, first: PlannedSearch): void {
  const { space } = first.plan.specification;
  const other = runs.map(spaceOf).find((one) => one !== space);
  if (other === undefined) return;
  throw new UsageError(`${name} searches ${other}, and the others ${space}.`, {
    code: 'different-spaces',
    nextSteps: ['Compare searches of one space.'],
  });
}

function spaceOf(one: PlannedRun | PlannedMethodRun): string {
  return 'run' in one ? one.run.plan.specification.space : one.planned.oneShot.space;
}
