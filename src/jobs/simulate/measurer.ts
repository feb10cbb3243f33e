/** Measures the architectures that tables lack for a simulation, and appends them to the tables. */
import { MissingError } from '../../errors.js';
import { type PreparedSidecar, startPreparedSidecar } from '../../evaluators/prepared-sidecar.js';
import type { Sidecar } from '../../sidecar/client.js';
import type { JobListener } from '../../store/job-store.js';
import type { MixedOptions } from '../arithmetic-kinds.js';
import { sidecarListener } from '../events.js';
import type { JobContext } from '../job.js';
import { measureArchitecture } from '../rank/measure.js';
import { type PlannedBatch, prepareBatch } from '../table/batches.js';
import type { TableEvent } from '../table/events.js';
import type { TableEntry } from '../table/journal.js';
import type { Table, TableBatch } from '../table/read.js';
import { continueTable, type TableStore } from '../table/table-store.js';
import type { SimulationEvent } from './events.js';
import type { CompleteTable } from './table-evaluator.js';

export interface MeasurerOptions extends MixedOptions {
  /** Most measurements: an architecture on a batch each. */
  readonly limit: number;
  /** The configuration of a batch, with the steps of the tables. */
  readonly planBatch: (seed: number) => Promise<PlannedBatch>;
  /** Folder with the images and the teacher. */
  readonly data: string | null;
  readonly python: string | undefined;
  readonly context: JobContext<SimulationEvent>;
}

/** Where the measurements of a batch are made and kept. */
interface Site {
  readonly store: TableStore;
  readonly sidecar: Sidecar;
}

/** Starts a sidecar and locks a table when something is missing for the first time. */
export class Measurer {
  readonly #options: MeasurerOptions;
  #sidecar: Promise<PreparedSidecar> | undefined;
  readonly #stores = new Map<Table, TableStore>();
  /** By the seed of the batch, which no two tables share. */
  readonly #sites = new Map<number, Promise<Site>>();
  /** Measurements in progress, by batch and architecture. */
  readonly #running = new Map<string, Promise<void>>();
  #begun = 0;
  #measured = 0;

  constructor(options: MeasurerOptions) {
    this.#options = options;
  }

  /** Measurements of this session. */
  get measured(): number {
    return this.#measured;
  }

  /** @returns a function that measures on one batch */
  completing(table: Table, batch: TableBatch): CompleteTable {
    return async (genotype, proxies) => {
      const key = `${batch.seed} ${genotype}`;
      for (let other = this.#running.get(key); other !== undefined; other = this.#running.get(key)) await other;
      const missing = table.values.missing(batch.setting, genotype, proxies);
      if (missing.length === 0) return;
      const running = this.#measure(table, batch, genotype, missing);
      this.#running.set(key, running);
      try {
        await running;
      } finally {
        this.#running.delete(key);
      }
    };
  }

  /** Waits for what is being measured, and gives the tables back. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running.values());
    try {
      // A table that was complete before still is.
      for (const [table, store] of this.#stores) {
        if (store.wasComplete && !table.isComplete) add(table, store, store.completed());
      }
    } finally {
      for (const store of this.#stores.values()) store.job.close();
      const [started] = await Promise.allSettled([this.#sidecar]);
      if (started.status === 'fulfilled') await started.value?.sidecar.close();
    }
  }

  async #measure(table: Table, batch: TableBatch, genotype: string, proxies: string[]): Promise<void> {
    const { limit, context } = this.#options;
    if (this.#begun >= limit) throw limitReached(limit);
    this.#begun += 1;
    const site = this.#sites.get(batch.seed) ?? this.#open(table, batch);
    this.#sites.set(batch.seed, site);
    const { store, sidecar } = await site;
    const { seed, setting } = batch;
    const { signal } = context;
    const entry = await measureArchitecture({ sidecar, seed, setting, signal, genotype, proxies });
    const needsTraining = proxies.some((proxy) => proxy.includes('@'));
    if (needsTraining && !table.isTrained(genotype)) {
      add(table, store, { type: 'architectures', source: 'search', genotypes: [genotype] });
    }
    add(table, store, entry);
    this.#measured += 1;
    const { outcome } = entry;
    context.emit({ type: 'measured', measured: this.#measured, limit, batch: seed, genotype, outcome });
  }

  async #open(table: Table, batch: TableBatch): Promise<Site> {
    const { planBatch, data, context, allowMixed } = this.#options;
    const planned = await planBatch(batch.seed);
    this.#sidecar ??= this.#start(planned, table);
    const { sidecar, prepared: first } = await this.#sidecar;
    const isFirst = first.digest === batch.setting.digest;
    const prepared = isFirst ? first : await prepareBatch(planned, { sidecar, data, signal: context.signal });
    const known = this.#stores.get(table);
    const store = known ?? continueTable(table.folder, noticesOf(context));
    this.#stores.set(table, store);
    for (const entry of store.entries.slice(table.lines)) table.add(entry);
    store.addBatch(batch.seed, prepared);
    if (known === undefined) add(table, store, store.session(sidecar.hello, { allowMixed }));
    return { store, sidecar };
  }

  #start({ config, plan }: PlannedBatch, table: Table): Promise<PreparedSidecar> {
    const { data, python, context } = this.#options;
    const { signal, emit } = context;
    const { workers } = plan.settings;
    const proxies = [...table.proxies];
    return startPreparedSidecar({ config, plan, data, workers, proxies, python, signal, ...sidecarListener(emit) });
  }
}

/** A table tells a simulation of nothing but notices, and is not its folder. */
function noticesOf({ emit, fail }: JobContext<SimulationEvent>): JobListener<TableEvent> {
  return {
    emit: (event) => {
      if (event.type === 'notice') emit(event);
    },
    opened: () => {},
    fail,
  };
}

function add(table: Table, store: TableStore, entry: TableEntry): void {
  store.write(entry);
  table.add(entry);
}

function limitReached(limit: number): MissingError {
  return new MissingError(`The searches need more than the ${limit} measurements that --measure allows.`, {
    code: 'measure-limit',
    nextSteps: [
      'Give the same command again: the tables keep what was measured, and it goes on from there.',
      'Or give --measure a larger number.',
    ],
  });
}
