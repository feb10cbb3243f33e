import { UsageError } from '../errors.js';

/** A benchmark whose tables can be imported. */
export interface Benchmark {
  readonly name: BenchmarkName;
  /** The space whose architectures it has trained. */
  readonly space: string;
  /** Architectures of the whole benchmark; a table may hold fewer. */
  readonly size: number;
  /** How the field writes its genotypes. */
  readonly notation: RegExp;
  /** Where a table lies in a data folder. */
  readonly table: { readonly folder: string; readonly extension: string };
}

export const BENCHMARK_NAMES = ['nas-bench-201', 'nas-bench-macro'] as const;
export type BenchmarkName = (typeof BENCHMARK_NAMES)[number];

export const BENCHMARKS: Readonly<Record<BenchmarkName, Benchmark>> = {
  'nas-bench-201': {
    name: 'nas-bench-201',
    space: 'nas-bench-201',
    size: 15_625,
    notation: /^\|/,
    table: { folder: 'nas-bench-201', extension: '.csv' },
  },
  'nas-bench-macro': {
    name: 'nas-bench-macro',
    space: 'nas-bench-macro',
    size: 6_561,
    notation: /^[0-2]{8}$/,
    table: { folder: 'nas-bench-macro', extension: '.json' },
  },
};

/** The benchmark of a space, or undefined where there is none. */
export function benchmarkOf(space: string): Benchmark | undefined {
  return Object.values(BENCHMARKS).find((benchmark) => benchmark.space === space);
}

/**
 * A genotype or a number, as a person writes either. Eight digits can be both in NAS-Bench-Macro, and are a genotype.
 * @throws UsageError for an empty text.
 */
export function parseArchitecture(benchmark: Benchmark, text: string): string | number {
  const architecture = text.trim();
  if (architecture === '') {
    throw new UsageError('The architecture is empty.', {
      code: 'invalid-genotype',
      nextSteps: [`Give a genotype, or a number from 0 to ${benchmark.size - 1}.`],
    });
  }
  if (benchmark.notation.test(architecture) || !/^\d{1,15}$/.test(architecture)) return architecture;
  return Number(architecture);
}
