import { Flags } from '@oclif/core';
import { BENCHMARK_NAMES } from '../../benchmarks/benchmark.js';
import { UsageError } from '../../errors.js';

/** A flag that the commands about a benchmark's index share. */
export const benchmarkFlag = Flags.option({ options: BENCHMARK_NAMES, description: 'benchmark to ask' })({
  default: BENCHMARK_NAMES[0] ?? '',
});

/** Explains the names of NAS-Bench-201's figures. */
export const SERIES_HELP = `
Names of nas-bench-201's figures: cifar10-valid trains on half of CIFAR-10's training images, and x-valid is the other
half; cifar10 trains on all of them. ori-test is the original test set; cifar100 and ImageNet16-120 split it into x-valid
and x-test. Papers report the mean over seeds after 200 epochs: cifar10-valid x-valid and cifar10 ori-test (as validation
and test on CIFAR-10), x-valid and x-test on the other data sets.`;

/**
 * The columns that --column names, by the names that the importer knows; undefined for none.
 * @throws UsageError `invalid-column`
 */
export function parseColumns(texts: readonly string[] | undefined): Record<string, string> | undefined {
  if (texts === undefined || texts.length === 0) return undefined;
  return Object.fromEntries(texts.map(parseColumn));
}

function parseColumn(text: string): [string, string] {
  const [, column, name] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (column !== undefined && name !== undefined) return [column, name];
  throw new UsageError(`Expected COLUMN=NAME, got '${text}'.`, {
    code: 'invalid-column',
    nextSteps: ['Write --column cifar10=NAME, with the name in the first line of the table.'],
  });
}
