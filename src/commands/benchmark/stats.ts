import { benchmarkStats } from '../../benchmarks/service.js';
import type { BenchmarkSummary } from '../../protocol/messages.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { benchmarkFlag, SERIES_HELP } from '../../terminal/input/benchmark-flags.js';
import { dataFlag, pythonFlag } from '../../terminal/input/flags.js';
import { withInterrupt } from '../../terminal/interrupt.js';
import { describeSummary } from '../../terminal/tables/benchmark.js';

export default class BenchmarkStats extends BaseCommand {
  static override summary = "Summarize a benchmark's index.";
  static override description =
    `Prints the number of architectures and the range of each series of accuracies, and the ranges of parameters, FLOPs and
latency.
${SERIES_HELP}`;
  static override examples = [
    '<%= config.bin %> benchmark stats',
    '<%= config.bin %> benchmark stats --benchmark nas-bench-macro --json',
  ];
  static override flags = { benchmark: benchmarkFlag, data: dataFlag, python: pythonFlag };

  override async run(): Promise<BenchmarkSummary> {
    const { flags } = await this.parse(BenchmarkStats);
    const { benchmark, data, python } = flags;
    const summary = await withInterrupt((signal) => benchmarkStats({ benchmark, data, python, signal }));
    this.log(describeSummary(summary));
    return summary;
  }
}
