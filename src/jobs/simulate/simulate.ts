import { join } from 'node:path';
import { z } from 'zod';
import { valuesFor } from '../../definitions/values.js';
import { pathOption } from '../../installation/paths.js';
import {
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
import { ANSWER_KEYS } from '../../strategies/answers/settings.js';
import type { FindCosts } from '../../strategies/limits/costs.js';
import { VERSION } from '../../version.js';
import { MIXED_OPTIONS, type MixedOptions } from '../arithmetic-kinds.js';
import { CONFIGURATION_OPTIONS, words } from '../common-options.js';
import { type BenchmarkFigures, benchmarkFigures } from '../compare/benchmark-figures.js';
import { JOB_OPTIONS, type Job, type JobContext, type JobOptions, startChecked } from '../job.js';
import type { TableBatch } from '../table/read.js';
import type { SimulationEvent } from './events.js';
import { Measurer } from './measurer.js';
import {
  CHOICE_FIGURES,
  type NamedVariant,
  type NewSimulation,
  omissionsOf,
  type PlannedVariant,
  planSimulation,
  type SimulationPlan,
} from './plan.js';
import { type Arena, openArena, replay } from './replay.js';
import { rememberForms } from './restricted-space.js';
import type { SimulationResult, SimulationRow } from './result.js';
import { chooseVariant, type SimulatedSearch, simulationCsv, simulationRow } from './rows.js';
import { SimulationSidecar } from './simulation-sidecar.js';
import { FORMS, HALVES, type SearchPart, type Split } from './split.js';

export interface SimulateOptions extends NewSimulation, JobOptions, MixedOptions {}

const part = z.strictObject({
  batches: arrayOf(seedOption, 'seeds').nullable(),
  seeds: arrayOf(seedOption, 'seeds'),
  architectures: oneOf(HALVES),
});

const SIMULATE_OPTIONS: OptionShape<SimulateOptions> = {
  ...{ ...JOB_OPTIONS, ...MIXED_OPTIONS, ...CONFIGURATION_OPTIONS },
  tables: arrayOf(pathOption, 'folders of tables'),
  cfg: pathOption,
  strategies: words.optional(),
  answers: words.optional(),
  variants: arrayOf(
    objectWith<NamedVariant>('a variant: { name, overrides }', { name: filledText, overrides: words }),
    'variants',
  ).optional(),
  split: z.strictObject({ choose: part.nullable(), report: part }) as z.ZodType<Split>,
  chooseBy: oneOf(CHOICE_FIGURES).optional(),
  forms: oneOf(FORMS).optional(),
  confident: flagOption.optional(),
  measure: wholeNumberOption(1).optional(),
  out: pathOption.optional(),
};

/**
 * Replays searches from tables, with the controller, strategies, objectives and answers of real ones, at the cost that
 * they would have had. Each variant is searched on every batch with every seed of a part.
 *
 * @example
 * const { rows } = await simulate({
 *   cfg: 'quickstart',
 *   tables: ['tables/digits'],
 *   answers: ['vote', 'best'],
 *   split: { choose: null, report: { batches: null, seeds: [1, 2, 3], architectures: 'all' } },
 * }).result;
 */
export function simulate(options: SimulateOptions): Job<SimulationEvent, SimulationResult> {
  const interruption = () => ({
    message: 'The simulation was interrupted.',
    nextSteps: ['Give the same command again.'],
  });
  return startChecked(() => checkOptions('simulate()', SIMULATE_OPTIONS, options), { interruption }, runSimulation);
}

async function runSimulation(
  options: SimulateOptions,
  context: JobContext<SimulationEvent>,
): Promise<SimulationResult> {
  const { python, allowMixed } = options;
  const { signal } = context;
  const plan = await planSimulation(options, new PluginLoader({ python, signal }));
  const began = performance.now();
  const simulation = new Simulation(plan, context, { python, allowMixed });
  try {
    for (const text of omissionsOf(plan)) context.emit({ type: 'notice', text });
    const { choose, report } = plan.split;
    if (choose !== null) await simulation.run('choose', choose);
    await simulation.run('report', report);
  } finally {
    await simulation.close();
  }
  const { searches, measured } = simulation;
  const figures = await figuresFor(plan, searches, { python, signal });
  const seconds = (performance.now() - began) / 1000;
  const result = resultFrom(plan, searches, figures, { measured, seconds });
  writeFiles(result, searches, figures);
  return result;
}

/** The simulated searches of a plan. */
class Simulation {
  readonly searches: SimulatedSearch[] = [];
  readonly #plan: SimulationPlan;
  readonly #context: JobContext<SimulationEvent>;
  readonly #arenas = new Map<string, Arena>();
  readonly #space;
  readonly #sidecar: SimulationSidecar;
  readonly #costs: FindCosts;
  readonly #measurer: Measurer | undefined;

  constructor(
    plan: SimulationPlan,
    context: JobContext<SimulationEvent>,
    { python, allowMixed }: Pick<SimulateOptions, 'python' | 'allowMixed'>,
  ) {
    this.#plan = plan;
    this.#context = context;
    const [variant] = plan.variants;
    const { signal, emit } = context;
    this.#space = rememberForms(variant.plan.definitions.space.space);
    const notify = (text: string) => emit({ type: 'notice', text });
    this.#sidecar = new SimulationSidecar({ variant, python, signal, notify });
    this.#costs = this.#sidecar.costsOf(this.#space);
    const { measuring, data } = plan;
    this.#measurer = measuring === null ? undefined : new Measurer({ ...measuring, data, python, allowMixed, context });
  }

  /** Measurements that the tables lacked; null if none were to be made. */
  get measured(): number | null {
    return this.#measurer?.measured ?? null;
  }

  /** Simulates all variants on a part. */
  async run(name: SimulationRow['part'], { batches, seeds, architectures }: SearchPart): Promise<void> {
    const { signal, emit } = this.#context;
    const { confident } = this.#plan;
    for (const variant of this.#plan.variants) {
      const began = performance.now();
      const before = this.searches.length;
      for (const [table, batch] of this.#batches(batches)) {
        const arena = this.#arena({ table, batch, variant }, architectures);
        for (const seed of seeds) {
          const surrogate = this.#sidecar.surrogateOf(variant);
          const searched = await replay({
            ...{ arena, variant, seed, surrogate, costs: this.#costs, confident, signal },
          });
          this.searches.push({ ...searched, variant: variant.name, part: name, batch: batch.seed, seed });
        }
      }
      const seconds = (performance.now() - began) / 1000;
      const searches = this.searches.length - before;
      emit({ type: 'variant-simulated', name: variant.name, part: name, searches, seconds });
    }
  }

  async close(): Promise<void> {
    try {
      await this.#measurer?.close();
    } finally {
      await this.#sidecar.close();
    }
  }

  #batches(seeds: readonly number[] | null) {
    return this.#plan.tables.flatMap((table) =>
      table.batches
        .filter(({ seed }) => seeds === null || seeds.includes(seed))
        .map((batch): [typeof table, TableBatch] => [table, batch]),
    );
  }

  /** Searches of as many steps share what the table knows. */
  #arena(
    { table, batch, variant }: { table: SimulationPlan['tables'][number]; batch: TableBatch; variant: PlannedVariant },
    half: SearchPart['architectures'],
  ): Arena {
    const { steps, beta } = variant.plan.specification;
    const key = JSON.stringify([batch.seed, steps, beta, half]);
    const known = this.#arenas.get(key);
    if (known !== undefined) return known;
    const complete = this.#measurer?.completing(table, batch);
    const arena = openArena({ table, batch, steps, beta, complete }, this.#space, { half, forms: this.#plan.forms });
    this.#arenas.set(key, arena);
    return arena;
  }
}

function figuresFor(
  { variants: [first], data }: SimulationPlan,
  searches: readonly SimulatedSearch[],
  options: { python: string | undefined; signal: AbortSignal },
): Promise<BenchmarkFigures> {
  const { specification, settings, definitions } = first.plan;
  const { 'RMINAS.VOTE': method, 'RMINAS.VOTE_TOP': voters } = valuesFor(ANSWER_KEYS, first.config.values);
  return benchmarkFigures({
    ...options,
    space: definitions.space.space,
    dataset: specification.dataset,
    vote: { method, edgeRank: settings.edgeRank, voters },
    genotypes: [...new Set(searches.map(({ genotype }) => genotype))],
    data,
  });
}

function resultFrom(
  plan: SimulationPlan,
  searches: readonly SimulatedSearch[],
  { benchmark, series, figuresOf }: BenchmarkFigures,
  { measured, seconds }: Pick<SimulationResult, 'measured' | 'seconds'>,
): SimulationResult {
  const { folder, tables, variants, split, chooseBy } = plan;
  const { space, dataset } = variants[0].plan.specification;
  const parts = split.choose === null ? (['report'] as const) : (['choose', 'report'] as const);
  const rows = parts.flatMap((part) =>
    variants.map(({ name }) => {
      const own = searches.filter((search) => search.variant === name && search.part === part);
      return simulationRow(own, { name, part, series: series.length, figuresOf });
    }),
  );
  const partOf = ({ batches, seeds, architectures }: SearchPart) => ({
    batches: batches === null ? null : [...batches],
    seeds: [...seeds],
    architectures,
  });
  return {
    schema: 1,
    rminas: VERSION,
    ...{ space, dataset },
    tables: tables.map(({ folder: path, batches, architectures, trained, isComplete }) => ({
      folder: path,
      batches: batches.map(({ seed }) => seed),
      architectures: trained.size,
      added: architectures.get('search')?.size ?? 0,
      isComplete,
    })),
    split: { choose: split.choose && partOf(split.choose), report: partOf(split.report), chooseBy },
    benchmark,
    series: series.map(({ dataset: name, split: of, epochs }) => ({ dataset: name, split: of, epochs })),
    rows,
    chosen:
      split.choose === null
        ? null
        : chooseVariant(
            rows.filter(({ part }) => part === 'choose'),
            chooseBy,
          ),
    ...{ measured, seconds },
    files: { folder, result: join(folder, 'simulation.json'), csv: join(folder, 'searches.csv') },
  };
}

function writeFiles(
  result: SimulationResult,
  searches: readonly SimulatedSearch[],
  { figuresOf }: BenchmarkFigures,
): void {
  const { folder, result: file, csv } = result.files;
  ensureJobFolder(folder);
  writeJobFile(file, `${JSON.stringify(result, null, 2)}\n`);
  const datasets = result.series.map(({ dataset }) => dataset);
  writeJobFile(csv, simulationCsv(searches, datasets, figuresOf));
}
