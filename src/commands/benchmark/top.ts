import { Flags } from '@oclif/core';
import { topArchitectures } from '../../benchmarks/service.js';
import type { BenchmarkRanking } from '../../protocol/messages.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { benchmarkFlag, SERIES_HELP } from '../../terminal/input/benchmark-flags.js';
import { dataFlag, pythonFlag } from '../../terminal/input/flags.js';
import { withInterrupt } from '../../terminal/interrupt.js';
import { describeRanking } from '../../terminal/tables/benchmark.js';

export default class BenchmarkTop extends BaseCommand {
  static override summary = "List a benchmark's best architectures.";
  static override description =
    `Ranks by one series of accuracies that matches the flags. Series that papers report come
first, then means over seeds, then longer trainings.
${SERIES_HELP}`;
  static override examples = [
    '<%= config.bin %> benchmark top',
    '<%= config.bin %> benchmark top --dataset cifar100 --split x-valid -n 3',
    '<%= config.bin %> benchmark top --dataset cifar10-valid --epochs 12 --seed 777 --json',
  ];
  static override flags = {
    benchmark: benchmarkFlag,
    dataset: Flags.string({ description: 'data set, e.g. cifar10', helpValue: 'NAME' }),
    split: Flags.string({ description: 'split of the accuracy, e.g. x-test', helpValue: 'NAME' }),
    epochs: Flags.integer({ description: 'epochs of training', helpValue: 'N', min: 1 }),
    seed: Flags.integer({ description: 'seed of a single training instead of the mean', helpValue: 'N', min: 0 }),
    count: Flags.integer({
      char: 'n',
      description: 'number of architectures',
      helpValue: 'N',
      min: 1,
      max: 100_000,
      default: 10,
    }),
    data: dataFlag,
    python: pythonFlag,
  };

  override async run(): Promise<BenchmarkRanking> {
    const { flags } = await this.parse(BenchmarkTop);
    const { benchmark, dataset, split, epochs, seed, count, data, python } = flags;
    const ranking = await withInterrupt((signal) =>
      topArchitectures({ benchmark, dataset, split, epochs, seed, count, data, python, signal }),
    );
    this.log(describeRanking(ranking));
    return ranking;
  }
}
