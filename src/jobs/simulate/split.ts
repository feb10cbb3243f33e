/** The parts of tables and seeds that variants are chosen on and reported on. */
import { createHash } from 'node:crypto';
import { UsageError } from '../../errors.js';

/** Which half of the architectures a search may propose; `all` for both. */
export const HALVES = ['all', 'even', 'odd'] as const;
export type Half = (typeof HALVES)[number];

/**
 * The genotypes of a class that searches propose. `canonical`: only the canonical form, since searches of a small table
 * would otherwise propose mostly duplicates. `all`: every genotype, as in a real search.
 */
export const FORMS = ['canonical', 'all'] as const;
export type Forms = (typeof FORMS)[number];

/** A part of tables: which batches, which searches, which architectures. */
export interface SearchPart {
  /** Seeds of batches; null for all of the tables. */
  readonly batches: readonly number[] | null;
  /** Seeds of the searches. At least one. */
  readonly seeds: readonly number[];
  readonly architectures: Half;
}

export interface Split {
  /** Null without a choice: every variant is reported. */
  readonly choose: SearchPart | null;
  readonly report: SearchPart;
}

/** Whether a canonical genotype is in a half. The halves do not depend on the table. */
export function isInHalf(genotype: string, half: Half): boolean {
  if (half === 'all') return true;
  const parity = (createHash('sha256').update(genotype).digest()[0] ?? 0) % 2;
  return half === (parity === 0 ? 'even' : 'odd');
}

/**
 * Checks that a choice and its report share no batch and no seed, and no architecture unless both have all of them.
 * @throws UsageError `overlapping-split` that names what they share
 */
export function checkSplit({ choose, report }: Split): void {
  if (choose === null) return;
  const shared = [
    ...overlap('batch', choose.batches, report.batches),
    ...overlap('seed', choose.seeds, report.seeds),
    ...(choose.architectures !== 'all' && choose.architectures === report.architectures ? ['architectures'] : []),
    ...((choose.architectures === 'all') !== (report.architectures === 'all') ? ['architectures'] : []),
  ];
  if (shared.length === 0) return;
  throw new UsageError(`--choose-on and --report-on share ${shared.join(' and ')}.`, {
    code: 'overlapping-split',
    nextSteps: [
      'Give them different batches and seeds: --choose-on "batches=901 seeds=1-100" --report-on "batches=911 seeds=101-200"',
    ],
  });
}

/** @param one null for all */
function overlap(name: string, one: readonly number[] | null, other: readonly number[] | null): string[] {
  if (one === null || other === null) return [`every ${name} of the tables`];
  const shared = one.filter((value) => other.includes(value));
  return shared.length === 0 ? [] : [`the ${name} ${shared[0]}`];
}

/** One line about a part. */
export function describePart({ batches, seeds, architectures }: SearchPart): string {
  const of = batches === null ? 'all batches' : `batches ${batches.join(', ')}`;
  const half = architectures === 'all' ? 'all architectures' : `the ${architectures} half of the architectures`;
  return `${of}, seeds ${rangesOf(seeds)}, ${half}`;
}

/** `1-10, 14` for the numbers. */
function rangesOf(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const number of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}
