import { isDeepStrictEqual } from 'node:util';
import { dumpConfig } from '../../config/index.js';
import { UsageError } from '../../errors.js';
import type { Hello, Prepared } from '../../protocol/messages.js';
import type { Specification } from '../../protocol/specification.js';
import { ensureJobFolder, jobFolderAt } from '../../store/folder.js';
import { type JobListener, type JobPlace, type JobStore, openJob } from '../../store/job-store.js';
import { checkKinds, kindsOf, kindsOfSessions, type MixedOptions } from '../arithmetic-kinds.js';
import { MeasuredValues } from '../rank/measured-values.js';
import { sessionOf } from '../session.js';
import { newArchitectures } from './architectures.js';
import { describeTableEvent, type TableEvent } from './events.js';
import {
  type SharedSpecification,
  TABLE_JOURNAL,
  type TableEntry,
  type TableHeader,
  tableHeaderOf,
} from './journal.js';
import type { TablePlan } from './plan.js';

/** The job store of a table, and the values that its journal holds. */
export class TableStore {
  readonly job: JobStore<TableEntry, TableHeader, TableEvent>;
  readonly values = new MeasuredValues();
  /** Whether earlier sessions came to their end. */
  readonly wasComplete: boolean;

  constructor(job: TableStore['job']) {
    this.job = job;
    this.wasComplete = job.lines.at(-1)?.entry.type === 'completed';
    for (const { entry } of job.lines) if (entry.type === 'measured') this.values.add(entry);
  }

  /** Journals an entry, and takes its values. */
  write(entry: TableEntry): void {
    this.job.write(entry);
    if (entry.type === 'measured') this.values.add(entry);
  }

  /** The kinds of arithmetic that made the measurements. */
  get kinds(): string[] {
    return kindsOfSessions(this.entries.filter((entry) => entry.type === 'session'));
  }

  /** The entries of the journal, in order. */
  get entries(): TableEntry[] {
    return this.job.lines.map(({ entry }) => entry);
  }

  /** The number of measurements in the journal. */
  get measurements(): number {
    return this.entries.filter(({ type }) => type === 'measured').length;
  }

  /**
   * The entry of this process. Tells the user when kinds of arithmetic are mixed because they may be.
   * @throws UsageError `mixed-arithmetic` when they may not be
   */
  session(hello: Hello, mixed: MixedOptions): TableEntry {
    const { workers, threads } = hello;
    const kinds = kindsOf(hello);
    for (const text of checkKinds('table', this.kinds, kinds, mixed)) this.job.notify(text);
    return { ...sessionOf(hello), kinds, workers, threads };
  }

  /** The entry that the table has everything that was asked for. */
  completed(): TableEntry {
    return { type: 'completed', measurements: this.measurements };
  }

  /**
   * Journals a batch, unless the table has it.
   * @throws UsageError `changed-batch` if the table has another one with this seed
   */
  addBatch(seed: number, { digest, batch }: Prepared): void {
    const entry: TableEntry = { type: 'batch', seed, digest, batch: batch.digest };
    const known = this.entries.find((other) => other.type === 'batch' && other.seed === seed);
    if (known === undefined) this.write(entry);
    if (known === undefined || isDeepStrictEqual(known, entry)) return;
    throw new UsageError(
      `The batch with the seed ${seed} differs from the one in ${this.job.folder.journal}: images, teacher or libraries changed.`,
      {
        code: 'changed-batch',
        nextSteps: ['Give the data that the table began with (--data), or name another folder with --out.'],
      },
    );
  }
}

export function sharedSpecificationOf({ seed: _, ...shared }: Specification): SharedSpecification {
  return shared;
}

/**
 * Opens the folder of a table and begins to write. A table that is there already is continued.
 * @param specification of a batch, with its backend resolved
 * @throws UsageError while another process works in the folder, or if it holds a table of something else
 */
export function openTable(
  plan: TablePlan,
  specification: Specification,
  listener: JobListener<TableEvent>,
): TableStore {
  return openStore({ kind: 'shared', folder: ensureJobFolder(plan.folder) }, listener, (job) => {
    const { sampleSeed } = plan;
    const header = tableHeaderOf({ specification: sharedSpecificationOf(specification), sampleSeed });
    checkHeader(job.earlier?.header, header, job.folder.journal);
    job.begin({ config: dumpConfig(plan.batches[0].config.settings), header });
    const store = new TableStore(job);
    for (const [source, wanted] of [
      ['sample', plan.sample],
      ['also', plan.also],
      ['static', plan.all],
    ] as const) {
      for (const entry of newArchitectures(store.entries, source, wanted)) store.write(entry);
    }
    job.emit({ type: 'opened', folder: job.folder.path, kept: store.measurements });
    return store;
  });
}

/**
 * Opens a table to add to it, and begins to write.
 * @throws UsageError while another process works in the folder
 */
export function continueTable(path: string, listener: JobListener<TableEvent>): TableStore {
  return openStore({ kind: 'resume', folder: jobFolderAt(path) }, listener, (job) => {
    const { earlier } = job;
    if (earlier === undefined) throw new Error('A job that is resumed has a journal.');
    job.begin({ config: '', header: earlier.header });
    return new TableStore(job);
  });
}

/** Opens a job and begins it. The folder is given back when that fails. */
function openStore(
  place: JobPlace,
  listener: JobListener<TableEvent>,
  begin: (job: TableStore['job']) => TableStore,
): TableStore {
  const job = openJob<TableEntry, TableHeader, TableEvent>({
    place,
    format: TABLE_JOURNAL,
    describe: describeTableEvent,
    listener,
  });
  try {
    return begin(job);
  } catch (error) {
    job.close();
    throw error;
  }
}

function checkHeader(found: TableHeader | undefined, wanted: TableHeader, journal: string): void {
  if (found === undefined) return;
  const differing = differingFields(found.specification, wanted.specification);
  if (found.sampleSeed !== wanted.sampleSeed) differing.push('seed of the sample');
  if (differing.length === 0) return;
  throw new UsageError(`${journal} is a table of something else: it differs in ${differing.join(', ')}.`, {
    code: 'another-table',
    nextSteps: ['Name another folder with --out, or give the configuration that the table began with.'],
  });
}

/** The names of the fields in which two specifications differ. */
export function differingFields(one: SharedSpecification, other: SharedSpecification): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof SharedSpecification>;
  return [...names].filter((name) => !isDeepStrictEqual(one[name], other[name]));
}
