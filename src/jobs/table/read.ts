import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { MissingError, UsageError } from '../../errors.js';
import { jobFolderAt } from '../../store/folder.js';
import { readJob } from '../../store/job-store.js';
import { MeasuredValues, type MeasurementSetting } from '../rank/measured-values.js';
import {
  type ArchitectureSource,
  type SharedSpecification,
  TABLE_JOURNAL,
  type TableEntry,
  TRAINED_SOURCES,
} from './journal.js';

/** A batch of a table. */
export interface TableBatch {
  /** The seed of a search on this batch. */
  readonly seed: number;
  readonly setting: MeasurementSetting;
}

/** A table that has been read. It grows by the entries that are added. */
export class Table {
  readonly folder: string;
  readonly specification: SharedSpecification;
  readonly batches: TableBatch[] = [];
  readonly values = new MeasuredValues();
  /** Every proxy that an architecture of the table was measured by. */
  readonly proxies = new Set<string>();
  /** Canonical genotypes by where they come from. */
  readonly architectures = new Map<ArchitectureSource, Set<string>>();
  /** Canonical genotypes whose training failed, by the digest of the batch. */
  readonly failures = new Map<string, Map<string, string>>();
  #lines = 0;
  #isComplete = false;

  constructor(folder: string, specification: SharedSpecification) {
    this.folder = folder;
    this.specification = specification;
  }

  /** Whether the building of the table came to its end. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Entries of the journal that the table has taken. */
  get lines(): number {
    return this.#lines;
  }

  /** Canonical genotypes that are to be trained, by any source. */
  get trained(): Set<string> {
    return new Set(TRAINED_SOURCES.flatMap((source) => [...(this.architectures.get(source) ?? [])]));
  }

  /** Whether an architecture is one of {@link trained}. */
  isTrained(genotype: string): boolean {
    return TRAINED_SOURCES.some((source) => this.architectures.get(source)?.has(genotype) === true);
  }

  add(entry: TableEntry): void {
    this.#lines += 1;
    this.#isComplete = entry.type === 'completed';
    if (entry.type === 'batch') {
      const { seed, digest, batch } = entry;
      this.batches.push({ seed, setting: { digest, batch } });
    }
    if (entry.type === 'architectures') {
      const listed = this.architectures.get(entry.source) ?? new Set<string>();
      for (const genotype of entry.genotypes) listed.add(genotype);
      this.architectures.set(entry.source, listed);
    }
    if (entry.type === 'measured') this.#addMeasured(entry);
  }

  #addMeasured(entry: Extract<TableEntry, { type: 'measured' }>): void {
    this.values.add(entry);
    const { batch, genotype, outcome, proxies } = entry;
    for (const proxy of proxies) this.proxies.add(proxy);
    if (batch === null || !('failure' in outcome)) return;
    const failures = this.failures.get(batch) ?? new Map<string, string>();
    this.failures.set(batch, failures.set(genotype, outcome.failure));
  }
}

/**
 * Reads a table.
 * @param path the folder of the table
 * @throws MissingError when there is none; UsageError when it was changed or cut, or is not a table
 */
export function readTable(path: string): Table {
  const folder = jobFolderAt(resolve(path));
  if (!existsSync(folder.journal)) throw noTable(folder.path);
  const { header, lines, wholeBytes } = readJob(folder, TABLE_JOURNAL);
  if (statSync(folder.journal).size > wholeBytes) throw cutTable(folder.journal);
  const table = new Table(folder.path, header.specification);
  for (const { entry } of lines) table.add(entry);
  return table;
}

function noTable(folder: string): MissingError {
  return new MissingError(`There is no table in ${folder}.`, {
    code: 'no-table',
    nextSteps: ['Name the folder of a table, or build one: rminas table build --help'],
  });
}

function cutTable(journal: string): UsageError {
  return new UsageError(`${journal} ends within a line: the table was cut, or is being written.`, {
    code: 'cut-table',
    nextSteps: ['Give the command that built the table again: it measures what is missing.', 'Or copy it again.'],
  });
}
