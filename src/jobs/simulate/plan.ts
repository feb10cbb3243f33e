import { join, resolve } from 'node:path';
import { type Config, planSearch, type SearchPlan, textLiteral } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import { PluginLoader } from '../../plugins/loader.js';
import { dataFolderOf } from '../common-options.js';
import { type PlannedBatch, planBatch } from '../table/batches.js';
import { readTable, type Table } from '../table/read.js';
import { differingFields, sharedSpecificationOf } from '../table/table-store.js';
import { checkSplit, type Forms, type Split } from './split.js';

/** A way to search: changes of the configuration, with a name. */
export interface NamedVariant {
  readonly name: string;
  /** `KEY`, `VALUE`, `KEY`, `VALUE`, … */
  readonly overrides: readonly string[];
}

export interface NewSimulation {
  /** Folders of tables of one specification; their batches must have different seeds. */
  readonly tables: readonly string[];
  /** Configuration of the searches. */
  readonly cfg: string;
  readonly overrides?: readonly string[] | undefined;
  readonly plugins?: readonly string[] | undefined;
  /** By default, the one of the configuration. */
  readonly strategies?: readonly string[] | undefined;
  /** Answer rules, values of RMINAS.ANSWER; by default the one of the configuration. */
  readonly answers?: readonly string[] | undefined;
  /** Further ways to search. */
  readonly variants?: readonly NamedVariant[] | undefined;
  readonly split: Split;
  /** The genotypes of a class that searches propose; its canonical form by default. */
  readonly forms?: Forms | undefined;
  /** Whether to compare the stated probability of answers with the observed one; false by default. */
  readonly confident?: boolean | undefined;
  /** The figure of the first data set by which a variant is chosen: its mean, its 5 % quantile or its worst. */
  readonly chooseBy?: ChoiceFigure | undefined;
  /**
   * Most measurements to make of architectures that the tables lack, each of one architecture on one batch. They are
   * added to the tables, and searches propose from the whole space. By default searches propose what the tables have.
   */
  readonly measure?: number | undefined;
  /** Folder with the benchmark's table, and with what measurements need: images and teacher. */
  readonly data?: string | undefined;
  /** Folder of the result; by default one under OUT_DIR. */
  readonly out?: string | undefined;
}

export const CHOICE_FIGURES = ['mean', 'low', 'worst'] as const;
export type ChoiceFigure = (typeof CHOICE_FIGURES)[number];

export interface PlannedVariant {
  readonly name: string;
  readonly config: Config;
  readonly plan: SearchPlan;
}

export interface SimulationPlan {
  readonly folder: string;
  readonly tables: readonly Table[];
  /** At least one. */
  readonly variants: readonly [PlannedVariant, ...PlannedVariant[]];
  readonly split: Split;
  readonly chooseBy: ChoiceFigure;
  readonly forms: Forms;
  readonly confident: boolean;
  /** Null to measure nothing. */
  readonly measuring: MeasuringPlan | null;
  readonly data: string | null;
}

export interface MeasuringPlan {
  readonly limit: number;
  /** The configuration of a batch, with the steps of the tables. */
  readonly planBatch: (seed: number) => Promise<PlannedBatch>;
}

/** @throws UsageError for an invalid configuration, table or split; MissingError for a missing table */
export async function planSimulation(options: NewSimulation, loader = new PluginLoader()): Promise<SimulationPlan> {
  const {
    cfg,
    plugins,
    overrides = [],
    split,
    chooseBy = 'low',
    forms = 'canonical',
    confident = false,
    measure,
    data,
    out,
  } = options;
  checkSplit(split);
  const tables = options.tables.map(readTable);
  checkTables(tables);
  const [first, ...others] = await Promise.all(
    variantsOf(options).map(async ({ name, overrides: own }): Promise<PlannedVariant> => {
      const config = await loader.loadConfig({ file: cfg, overrides: [...overrides, ...own], plugins });
      return { name, config, plan: planSearch(config) };
    }),
  );
  if (first === undefined) throw unusable('There is nothing to simulate', 'Name a strategy, an answer or a variant.');
  const variants = [first, ...others] as const;
  const ofTables = { cfg, overrides: [...overrides, ...stepsOf(tables, first)], plugins };
  for (const variant of variants) for (const table of tables) checkVariant(variant, table);
  for (const part of [split.choose, split.report]) checkBatches(part?.batches ?? null, tables);
  const { specification, outDir } = first.plan;
  const folder = resolve(out ?? join(outDir, `simulation-${specification.space}-${specification.dataset}`));
  return {
    folder,
    tables,
    variants,
    split,
    chooseBy,
    forms,
    confident,
    measuring:
      measure === undefined ? null : { limit: measure, planBatch: (seed) => planBatch(loader, ofTables, seed) },
    data: dataFolderOf({ data }),
  };
}

/** Messages about what the simulated searches lack. */
export function omissionsOf({ tables, variants }: Pick<SimulationPlan, 'tables' | 'variants'>): string[] {
  const incomplete = tables.filter(({ isComplete }) => !isComplete);
  const shortened = variants.filter(({ plan }) => plan.settings.finalists > 0);
  return [
    ...incomplete.map(({ folder }) => `${folder} is not complete: what it has is used.`),
    ...shortened.map(({ name }) => `RMINAS.FINALISTS has no effect on ${name}: a table has no scores of a last round.`),
  ];
}

/** The key that gives a configuration the steps of the tables. The number of updates that it counts is the profile's. */
function stepsOf([table]: readonly Table[], { config, plan }: PlannedVariant): string[] {
  const steps = table?.specification.steps ?? 1;
  const uncounted = plan.specification.steps - config.values['OPTIM.MAX_EPOCH'];
  return ['OPTIM.MAX_EPOCH', String(steps - uncounted)];
}

/** Strategies × answers, then the named ones. Without any, the configuration as it is. */
function variantsOf({ strategies, answers, variants = [] }: NewSimulation): NamedVariant[] {
  const choices = (key: string, names: readonly string[]) =>
    names.map((name) => ({ name, overrides: [key, textLiteral(name)] }));
  const none = [{ name: '', overrides: [] as string[] }];
  const grid = (strategies === undefined ? none : choices('RMINAS.STRATEGY', strategies)).flatMap((strategy) =>
    (answers === undefined ? none : choices('RMINAS.ANSWER', answers)).map((answer) => ({
      name: [strategy.name, answer.name].filter((name) => name !== '').join('-'),
      overrides: [...strategy.overrides, ...answer.overrides],
    })),
  );
  const isAsked = strategies !== undefined || answers !== undefined || variants.length === 0;
  const all = [...(isAsked ? grid : []), ...variants];
  const names = new Set<string>();
  return all.map(({ name, overrides }) => {
    const called = name === '' ? 'as-configured' : name;
    if (names.has(called)) throw unusable(`Two variants are called '${called}'`, 'Give each variant its own name.');
    names.add(called);
    return { name: called, overrides };
  });
}

/** Tables are used together if they differ in their batches only. */
function checkTables([first, ...others]: readonly Table[]): void {
  if (first === undefined) throw unusable('No table was named', 'Name the folder of one: --table DIR');
  const seeds = new Set(first.batches.map(({ seed }) => seed));
  for (const other of others) {
    const differing = differingFields(first.specification, other.specification);
    if (differing.length > 0) {
      throw unusable(
        `${other.folder} and ${first.folder} differ in ${differing.join(', ')}`,
        'Name tables of one kind.',
      );
    }
    for (const { seed } of other.batches) {
      if (seeds.has(seed)) throw unusable(`Two tables have a batch with the seed ${seed}`, 'Leave one of them out.');
      seeds.add(seed);
    }
  }
}

/** The steps may be fewer than those of the table: a training is observed on its way. */
function checkVariant({ name, plan }: PlannedVariant, table: Table): void {
  const { specification, settings } = plan;
  const { steps, ...wanted } = sharedSpecificationOf(specification);
  const { steps: most, ...found } = table.specification;
  const differing: string[] = differingFields({ ...found, steps: 1 }, { ...wanted, steps: 1 });
  if (steps > most) differing.push(`steps (${steps}, and the table has ${most})`);
  if (differing.length > 0) {
    throw unusable(
      `${table.folder} is of other searches than ${name}: ${differing.join(', ')}`,
      'Name a fitting table.',
    );
  }
  if (settings.objective.kind === 'benchmark' || settings.objective.kind === 'custom') {
    throw unusable(`A table has no values of the objective ${settings.objective.kind}`, 'Choose another objective.');
  }
  if (settings.limits.latency !== undefined) {
    throw unusable('A table has no latencies, so a limit on them cannot be simulated', 'Leave out --max-latency.');
  }
}

function checkBatches(seeds: readonly number[] | null, tables: readonly Table[]): void {
  const known = tables.flatMap(({ batches }) => batches.map(({ seed }) => seed));
  const unknown = seeds?.find((seed) => !known.includes(seed));
  if (unknown === undefined) return;
  throw unusable(`No table has a batch with the seed ${unknown}`, `The tables have ${known.join(', ')}.`);
}

function unusable(problem: string, nextStep: string): UsageError {
  return new UsageError(`${problem}.`, { code: 'invalid-simulation', nextSteps: [nextStep] });
}
