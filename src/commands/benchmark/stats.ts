import { summariseTable } from '../../benchmarks/service.js';
import type { BenchmarkSummary } from '../../protocol/messages.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { describeSummary } from '../../terminal/benchmark.js';
import { benchmarkFlag, SERIES_HELP } from '../../terminal/benchmark-flags.js';
import { pythonFlag } from '../../terminal/flags.js';
import { withInterrupt } from '../../terminal/interrupt.js';

export default class BenchmarkStats extends BaseCommand {
  static override summary = "Say what a benchmark's index holds.";
  static override description =
    `Prints, for each series of accuracies, how many architectures have it and its range, and the
ranges of parameters, FLOPs and latency.
${SERIES_HELP}`;
  static override examples = [
    '<%= config.bin %> benchmark stats',
    '<%= config.bin %> benchmark stats --benchmark nas-bench-macro --json',
  ];
  static override flags = { benchmark: benchmarkFlag, python: pythonFlag };

  override async run(): Promise<BenchmarkSummary> {
    const { flags } = await this.parse(BenchmarkStats);
    const { benchmark, python } = flags;
    const summary = await withInterrupt((signal) => summariseTable({ benchmark, python, signal }));
    this.log(describeSummary(summary));
    return summary;
  }
}
