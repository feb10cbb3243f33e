import { lanesOf } from '../../config/planning/search-settings.js';
import { type PreparedSidecar, startPreparedSidecar } from '../../evaluators/prepared-sidecar.js';
import { pathOption } from '../../installation/paths.js';
import { anyNumber, arrayOf, checkOptions, flagOption, type OptionShape, seedOption } from '../../options.js';
import { PluginLoader } from '../../plugins/loader.js';
import { runPool } from '../../search/pool.js';
import { writeJobFile } from '../../store/folder.js';
import { MIXED_OPTIONS, type MixedOptions } from '../arithmetic-kinds.js';
import { CONFIGURATION_OPTIONS, words } from '../common-options.js';
import { sidecarListener } from '../events.js';
import { JOB_OPTIONS, type Job, type JobContext, type JobOptions, startChecked } from '../job.js';
import { measureArchitecture } from '../rank/measure.js';
import type { MeasurementSetting } from '../rank/measured-values.js';
import { alternate } from './architectures.js';
import { prepareBatch } from './batches.js';
import type { TableEvent } from './events.js';
import { type NewTable, planTable, type TablePlan } from './plan.js';
import type { TableResult } from './result.js';
import { resultOf } from './result-of.js';
import { openTable, type TableStore } from './table-store.js';

export interface BuildTableOptions extends NewTable, JobOptions, MixedOptions {}

/** The ranges of the numbers are checked with the plan. */
const BUILD_OPTIONS: OptionShape<BuildTableOptions> = {
  ...{ ...JOB_OPTIONS, ...MIXED_OPTIONS, ...CONFIGURATION_OPTIONS },
  cfg: pathOption,
  out: pathOption,
  architectures: anyNumber.optional(),
  also: pathOption.optional(),
  batches: arrayOf(seedOption, 'seeds').optional(),
  proxies: words.optional(),
  every: anyNumber.optional(),
  staticAll: flagOption.optional(),
};

/**
 * Measures architectures of a space on several batches, once, so that searches can be replayed from the table with
 * `simulate()`. All measurements are kept in the folder: a repetition, more architectures or more batches measure only
 * what is missing.
 *
 * @example
 * await buildTable({ cfg: 'quickstart', out: 'tables/digits', architectures: 50, batches: [1, 2] }).result;
 */
export function buildTable(options: BuildTableOptions): Job<TableEvent, TableResult> {
  const interruption = (folder: string | undefined) => ({
    message: `The table was interrupted${folder === undefined ? '' : `; what it measured is kept in ${folder}`}.`,
    nextSteps: ['Give the same command again: it measures only what is missing.'],
  });
  return startChecked(() => checkOptions('buildTable()', BUILD_OPTIONS, options), { interruption }, runBuild);
}

async function runBuild(options: BuildTableOptions, context: JobContext<TableEvent>): Promise<TableResult> {
  const { python, allowMixed } = options;
  const { signal } = context;
  const plan = await planTable(options, new PluginLoader({ python, signal }));
  const began = performance.now();
  const [{ config, plan: first }] = plan.batches;
  const { workers } = first.settings;
  const { data, proxies } = plan;
  const listener = sidecarListener((event) => context.emit(event));
  const prepared = await startPreparedSidecar({
    ...{ config, plan: first, data, workers, proxies, python, signal },
    ...listener,
  });
  try {
    const store = openTable(plan, prepared.resolved.plan.specification, context);
    try {
      const measured = await measureAll({ plan, prepared, store, signal, allowMixed });
      const seconds = (performance.now() - began) / 1000;
      const result = resultOf(store, plan, { measurements: measured, seconds });
      writeJobFile(store.job.folder.result, `${JSON.stringify(result, null, 2)}\n`);
      return result;
    } finally {
      store.job.close();
    }
  } finally {
    await prepared.sidecar.close();
  }
}

interface Building extends MixedOptions {
  readonly plan: TablePlan;
  /** A sidecar that has prepared the first batch. */
  readonly prepared: PreparedSidecar;
  readonly store: TableStore;
  readonly signal: AbortSignal;
}

interface MissingMeasurement {
  readonly seed: number;
  readonly setting: MeasurementSetting;
  readonly genotype: string;
  readonly proxies: string[];
}

/** @returns the number of measurements of this session */
async function measureAll(building: Building): Promise<number> {
  const { plan, prepared, store, signal, allowMixed } = building;
  const { sidecar } = prepared;
  store.write(store.session(sidecar.hello, { allowMixed }));
  const missing = missingOf(building, await prepareBatches(building));
  const measurements = runPool({
    items: missing,
    capacity: () => lanesOf(plan.batches[0].plan.settings),
    run: async (one) => ({ batch: one.seed, entry: await measureArchitecture({ sidecar, signal, ...one }) }),
    signal,
  });
  let done = 0;
  for await (const { batch, entry } of measurements) {
    store.write(entry);
    done += 1;
    const { genotype, outcome } = entry;
    store.job.emit({ type: 'measured', done, total: missing.length, batch, genotype, outcome });
  }
  store.write(store.completed());
  return missing.length;
}

async function prepareBatches(building: Building): Promise<Map<number, MeasurementSetting>> {
  const { plan, prepared, store, signal } = building;
  const { sidecar } = prepared;
  const { data } = plan;
  const [first, ...others] = plan.batches;
  const settings = new Map<number, MeasurementSetting>();
  const add = (seed: number, batch: PreparedSidecar['prepared']) => {
    store.addBatch(seed, batch);
    settings.set(seed, { digest: batch.digest, batch: batch.batch.digest });
  };
  add(first.seed, prepared.prepared);
  for (const other of others) add(other.seed, await prepareBatch(other, { sidecar, data, signal }));
  return settings;
}

/** All batches of an architecture come before the next one, so that a table that is cut short can be used. */
function missingOf({ plan, store }: Building, settings: ReadonlyMap<number, MeasurementSetting>): MissingMeasurement[] {
  const trained = alternate(plan.sample, plan.also);
  const isTrained = new Set(trained);
  const untrained = plan.all.filter((genotype) => !isTrained.has(genotype));
  const wanted = [
    ...trained.map((genotype) => ({ genotype, proxies: plan.proxies })),
    ...untrained.map((genotype) => ({ genotype, proxies: plan.statics })),
  ];
  return wanted.flatMap(({ genotype, proxies }) =>
    [...settings].flatMap(([seed, setting]) => {
      const missing = store.values.missing(setting, genotype, proxies);
      return missing.length === 0 ? [] : [{ seed, setting, genotype, proxies: missing }];
    }),
  );
}
