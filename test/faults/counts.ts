/** Counts of the fault tests, one line a phase. `npm run faults` gathers them in a table. */
import { appendFileSync } from 'node:fs';
import type { Leftovers } from './faulty-search.js';

export interface Counts extends Leftovers {
  readonly faults: number;
  /** Evaluations in the journal at the last fault of the phase, or at the end. */
  readonly kept: number;
  readonly lost: number;
  readonly repeated: number;
}

/** Prints the counts, and appends them to the file that RMINAS_FAULTS_TABLE names. */
export function report(test: string, phase: string, counts: Partial<Counts>): void {
  const row = JSON.stringify({ test, phase, ...counts });
  process.stderr.write(`${row}\n`);
  const { RMINAS_FAULTS_TABLE: table } = process.env;
  if (table) appendFileSync(table, `${row}\n`);
}
