import { Args, Flags } from '@oclif/core';
import { reportedFigures } from '../../benchmarks/reported.js';
import { queryBenchmark } from '../../benchmarks/service.js';
import type { BenchmarkAnswer } from '../../protocol/messages.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { benchmarkFlag, SERIES_HELP } from '../../terminal/input/benchmark-flags.js';
import { dataFlag, pythonFlag } from '../../terminal/input/flags.js';
import { withInterrupt } from '../../terminal/interrupt.js';
import { describeAnswer } from '../../terminal/tables/benchmark.js';

export default class BenchmarkQuery extends BaseCommand {
  static override summary = 'Look up one architecture in a benchmark.';
  static override description =
    `Prints accuracy, rank and regret for each data set, split, number of epochs and aggregation.
${SERIES_HELP}`;
  static override examples = [
    '<%= config.bin %> benchmark query 9930',
    "<%= config.bin %> benchmark query '|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|' --json",
    '<%= config.bin %> benchmark query 02012100 --benchmark nas-bench-macro',
    '<%= config.bin %> benchmark query 9930 --all',
  ];
  static override args = {
    architecture: Args.string({
      required: true,
      description: 'genotype, or number in the benchmark (eight digits of 0 to 2 are a genotype of nas-bench-macro)',
    }),
  };
  static override flags = {
    benchmark: benchmarkFlag,
    all: Flags.boolean({ description: 'also print figures that papers do not report; --json always contains them' }),
    data: dataFlag,
    python: pythonFlag,
  };

  override async run(): Promise<BenchmarkAnswer> {
    const { args, flags } = await this.parse(BenchmarkQuery);
    const { benchmark, data, python, all } = flags;
    const answer = await withInterrupt((signal) =>
      queryBenchmark({ benchmark, architecture: args.architecture, data, python, signal }),
    );
    const figures = all ? answer.figures : reportedFigures(answer.figures);
    this.log(describeAnswer(answer, figures));
    return answer;
  }
}
