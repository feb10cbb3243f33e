import { Flags } from '@oclif/core';
import { buildTable } from '../../jobs/table/build.js';
import { TABLE_DEFAULTS } from '../../jobs/table/plan.js';
import type { TableResult } from '../../jobs/table/result.js';
import { BaseCommand } from '../../terminal/base-command.js';
import * as input from '../../terminal/input/flags.js';
import { overridesOf, wordsOf } from '../../terminal/input/overrides.js';
import { parseSeedList } from '../../terminal/input/seeds.js';
import { parseNames } from '../../terminal/input/words.js';
import { runJob } from '../../terminal/progress/reporter.js';
import { createTableReporter } from '../../terminal/progress/table.js';
import { describeTable } from '../../terminal/tables/table.js';

const { strategy: _strategy, objective: _objective, out: _out, ...keyFlags } = input.keyFlags;

export default class TableBuild extends BaseCommand {
  static override summary = 'Measure architectures on several batches, to replay searches from the table.';
  static override description =
    `Trains each architecture once on every batch and keeps, by update, the CKA of each stage and the cross entropy, and besides
the proxies that need no training. rminas simulate replays searches from the table without training anything.

Repeating the command, also with more architectures, batches or proxies, measures only missing values. All batches of an
architecture come first, so a table that was interrupted can be used. KEY VALUE pairs override the configuration; RNG_SEED
is the seed of the sample.`;
  static override examples = [
    '<%= config.bin %> table build --cfg quickstart --out tables/digits --architectures 20 --batches 1,2',
    '<%= config.bin %> table build --cfg nas-bench-201-cifar10-aggregate --data ./data --out tables/nas-bench-201 --architectures 1500 --batches 901-903',
  ];
  static override strict = false;
  static override args = input.overrideArgs;
  static override flags = {
    cfg: input.configFlag,
    out: Flags.string({ description: "the table's folder", helpValue: 'DIR', required: true, ...input.asPath }),
    architectures: Flags.integer({
      description: 'random architectures, one of each isomorphism class',
      helpValue: 'N',
      default: TABLE_DEFAULTS.architectures,
    }),
    also: Flags.string({ description: 'file with further genotypes, one a line', helpValue: 'FILE', ...input.asPath }),
    batches: Flags.string({ description: 'seeds of the batches, e.g. 1-3 or 1,4', helpValue: 'N-N', default: '1' }),
    proxies: Flags.string({
      description: "proxies without a training (default: the aggregate's and flops)",
      helpValue: 'NAMES',
    }),
    every: Flags.integer({
      description: 'updates between two observations',
      helpValue: 'N',
      default: TABLE_DEFAULTS.every,
    }),
    static: Flags.option({
      options: ['none', 'all'] as const,
      description: 'whether to measure all classes of the space by the proxies without a training',
    })({ default: 'none' }),
    ...input.measuringFlags,
    ...input.clusterFlags,
    ...keyFlags,
  };

  override async run(): Promise<TableResult> {
    const { flags, raw } = await this.parse(TableBuild);
    const { cfg, out, architectures, also, every, plugin: plugins, data, python } = flags;
    const options = {
      ...{ cfg, out, architectures, also, every, plugins, data, python },
      batches: parseSeedList('--batches', flags.batches),
      proxies: parseNames(flags.proxies),
      allowMixed: flags['allow-mixed'],
      staticAll: flags.static === 'all',
      overrides: [...overridesOf({ ...flags, out: undefined }), ...wordsOf(raw)],
    };
    const start = (signal: AbortSignal) => buildTable({ ...options, signal });
    const result = await runJob(start, createTableReporter(process.stderr));
    return this.printKept(result, describeTable(result));
  }
}
