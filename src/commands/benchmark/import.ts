import { Args, Flags } from '@oclif/core';
import { BENCHMARKS } from '../../benchmarks/benchmark.js';
import { importBenchmark } from '../../benchmarks/service.js';
import type { BenchmarkImported } from '../../protocol/messages.js';
import { BaseCommand } from '../../terminal/base-command.js';
import { parseColumns } from '../../terminal/input/benchmark-flags.js';
import { asPath, pythonFlag } from '../../terminal/input/flags.js';
import { withInterrupt } from '../../terminal/interrupt.js';
import { importProgress } from '../../terminal/progress/import.js';
import { describeImport } from '../../terminal/tables/benchmark.js';

export default class BenchmarkImport extends BaseCommand {
  static override summary = 'Import a table of trained accuracies.';
  static override description =
    `Builds the local index for searches and queries. An existing index of the benchmark is replaced, unless it has more
architectures.

The format is recognized by the content:
- NAS-Bench-201-v1_0-e61699.pth and NAS-Bench-201-v1_1-096897.pth, with the last epoch of every training
- NATS-Bench's topology space: NATS-tss-v1_0-3ffb96.pickle.pbz2, or the folder NATS-tss-v1_0-3ffb9-simple
- NAS-Bench-201's test accuracies as CSV, with the columns index, arch_str, cifar10_test, cifar100_test, imagenet16_120_test
- NAS-Bench-Macro's JSON

CSV and JSON may be gzipped.
A table may contain a part of its benchmark. Code in a file is never run. If memory would not suffice, the import does not
start.`;
  static override examples = [
    '<%= config.bin %> benchmark import data/nas-bench-201/test-accuracy-200-epochs.csv',
    '<%= config.bin %> benchmark import NAS-Bench-201-v1_1-096897.pth',
    '<%= config.bin %> benchmark import nas-bench-macro_cifar10.json --json',
    '<%= config.bin %> benchmark import table.csv --column arch_str=arch --column cifar10=test_acc --unit fraction',
  ];
  static override args = {
    file: Args.string({ ...asPath, required: true, description: 'table of trained accuracies: a file or a folder' }),
  };
  static override flags = {
    unit: Flags.option({
      options: ['percent', 'fraction'] as const,
      description: 'unit of the accuracies (default: per cent, with a check)',
    })(),
    column: Flags.string({
      description: 'name of a column of a CSV file, e.g. cifar10=test_acc; may be repeated; other columns are ignored',
      helpValue: 'COLUMN=NAME',
      multiple: true,
      multipleNonGreedy: true,
    }),
    replace: Flags.boolean({ description: 'replace an index with more architectures' }),
    python: pythonFlag,
  };

  override async run(): Promise<BenchmarkImported> {
    const { args, flags } = await this.parse(BenchmarkImport);
    const { unit, column, replace, python } = flags;
    const options = { file: args.file, unit, columns: parseColumns(column), replace, python };
    const progress = importProgress(process.stderr);
    const imported = await withInterrupt((signal) =>
      importBenchmark({ ...options, signal, onProgress: progress.show }),
    ).finally(progress.clear);
    const known = BENCHMARKS.find(({ name }) => name === imported.benchmark);
    this.log(describeImport(imported, known?.size));
    return imported;
  }
}
