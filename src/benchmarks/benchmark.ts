import { BUILT_IN } from '../catalogue/built-in.js';
import { benchmarksOf } from '../catalogue/catalogue.js';
import type { BenchmarkDefinition } from '../definitions/benchmark.js';
import { UsageError } from '../errors.js';
import { nearestName } from '../nearest.js';

/** The benchmarks whose tables can be imported. */
export const BENCHMARKS: readonly BenchmarkDefinition[] = benchmarksOf(BUILT_IN);
export const BENCHMARK_NAMES: readonly string[] = BENCHMARKS.map(({ name }) => name);

/** @throws UsageError `unknown-benchmark` */
export function benchmarkNamed(name: string): BenchmarkDefinition {
  const benchmark = BENCHMARKS.find((candidate) => candidate.name === name);
  if (benchmark !== undefined) return benchmark;
  throw new UsageError(`There is no benchmark '${name}'. Did you mean ${nearestName(name, BENCHMARK_NAMES)}?`, {
    code: 'unknown-benchmark',
    nextSteps: [`The benchmarks are ${BENCHMARK_NAMES.join(' and ')}.`],
  });
}

/** The benchmark of a space, or undefined. */
export function benchmarkOf(space: string): BenchmarkDefinition | undefined {
  return BENCHMARKS.find((benchmark) => benchmark.space === space);
}

/**
 * A genotype or the number of an architecture. Eight digits can be both in NAS-Bench-Macro; they are read as a genotype.
 * @throws UsageError for an empty text.
 */
export function parseArchitecture(
  benchmark: Pick<BenchmarkDefinition, 'size' | 'notation'>,
  text: string,
): string | number {
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

/**
 * A number as it is, a genotype in its normal form.
 * @throws UsageError `invalid-genotype` with an example of the notation
 */
export function normalArchitecture(benchmark: BenchmarkDefinition, text: string): string | number {
  const architecture = parseArchitecture(benchmark, text);
  if (typeof architecture === 'number') return architecture;
  return BUILT_IN.spaces.get(benchmark.space, 'the benchmark').retraining.normalForm(architecture);
}
