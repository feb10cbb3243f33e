import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { MissingError, UsageError } from '../../errors.js';
import { jobFolderAt } from '../../store/folder.js';
import { readJob } from '../../store/job-store.js';
import { MeasuredValues, type MeasurementSetting } from '../rank/measured-values.js';
import { type ArchitectureSource, type SharedSpecification, TABLE_JOURNAL } from './journal.js';

/** A batch of a table. */
export interface TableBatch {
  /** The seed of a search on this batch. */
  readonly seed: number;
  readonly setting: MeasurementSetting;
}

/** A table that has been read. */
export interface Table {
  readonly folder: string;
  readonly specification: SharedSpecification;
  readonly batches: readonly TableBatch[];
  readonly values: MeasuredValues;
  /** Canonical genotypes by where they come from. */
  readonly architectures: ReadonlyMap<ArchitectureSource, ReadonlySet<string>>;
  /** Canonical genotypes whose training failed, by the digest of the batch. */
  readonly failures: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Whether the building of the table came to its end. */
  readonly isComplete: boolean;
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
  const values = new MeasuredValues();
  const batches: TableBatch[] = [];
  const architectures = new Map<ArchitectureSource, Set<string>>();
  const failures = new Map<string, Map<string, string>>();
  for (const { entry } of lines) {
    if (entry.type === 'batch')
      batches.push({ seed: entry.seed, setting: { digest: entry.digest, batch: entry.batch } });
    if (entry.type === 'architectures') addAll(architectures, entry.source, entry.genotypes);
    if (entry.type !== 'measured') continue;
    values.add(entry);
    const { batch, genotype, outcome } = entry;
    if (batch === null || !('failure' in outcome)) continue;
    failures.set(batch, (failures.get(batch) ?? new Map<string, string>()).set(genotype, outcome.failure));
  }
  return {
    folder: folder.path,
    specification: header.specification,
    ...{ batches, values, architectures, failures },
    isComplete: lines.at(-1)?.entry.type === 'completed',
  };
}

function addAll<Key>(sets: Map<Key, Set<string>>, key: Key, values: readonly string[]): void {
  const set = sets.get(key) ?? new Set<string>();
  for (const value of values) set.add(value);
  sets.set(key, set);
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
