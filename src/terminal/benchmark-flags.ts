import { Flags } from '@oclif/core';
import { BENCHMARK_NAMES } from '../benchmarks/benchmark.js';

/** What the commands about a benchmark's index share. */
export const benchmarkFlag = Flags.option({ options: BENCHMARK_NAMES, description: 'benchmark to ask' })({
  default: 'nas-bench-201',
});

/** The names of NAS-Bench-201's figures, which are easily taken for one another. */
export const SERIES_HELP = `
Of nas-bench-201 the names are the benchmark's own. cifar10-valid trains on half of CIFAR-10's training images and has
x-valid, the other half; cifar10 trains on all of them. ori-test is a data set's own test set; cifar100 and
ImageNet16-120 cut it into x-valid and x-test. The papers report, after 200 epochs and as mean over seeds: cifar10-valid
x-valid and cifar10 ori-test (as CIFAR-10's validation and test), x-valid and x-test of the others.`;
