import { Flags } from '@oclif/core';
import { DEFAULTS } from '../jobs/rank/plan.js';
import { rank } from '../jobs/rank/rank.js';
import type { RankingResult } from '../jobs/rank/result.js';
import { DUPLICATE_COUNTING } from '../jobs/rank/sample.js';
import { BaseCommand } from '../terminal/base-command.js';
import { clusterFlags, configFlag, keyFlags, measuringFlags, overrideArgs } from '../terminal/input/flags.js';
import { overridesOf, wordsOf } from '../terminal/input/overrides.js';
import { parseNames } from '../terminal/input/words.js';
import { createRankingReporter } from '../terminal/progress/ranking.js';
import { runJob } from '../terminal/progress/reporter.js';
import { describeRankings } from '../terminal/tables/ranking.js';

const { strategy: _strategy, objective: _objective, ...ownKeyFlags } = keyFlags;

export default class Rank extends BaseCommand {
  static override summary = 'Measure how well proxies rank random architectures.';
  static override description =
    `Measures random architectures by proxies and compares the ranking with the accuracies of the space's benchmark, or with those
of trainings (--train-epochs). Prints Kendall's τ-b and Spearman's ρ with bootstrap intervals, over all architectures and
among the best ones, for each data set, and the cost per architecture. RMINAS.AGGREGATE defines the proxies of the aggregate.

Measurements are kept in OUT_DIR/rank-<space>-<data set>-seed<seed>. Repeating the command, also with more architectures or
other proxies, measures only missing values. A smaller sample is the beginning of a larger one.`;
  static override examples = [
    '<%= config.bin %> rank --cfg nas-bench-201-cifar10 --data ./data --proxies rmi@50,synflow,flops,aggregate',
    '<%= config.bin %> rank --cfg nas-bench-201-cifar10 --data ./data --architectures 300 --workers 2 RMINAS.CELLS 2 OPTIM.MAX_EPOCH 50',
    '<%= config.bin %> rank --cfg nas-bench-macro-cifar10 --data ./data --proxies naswot,zico --duplicates once --json',
  ];
  static override strict = false;
  static override args = overrideArgs;
  static override flags = {
    cfg: configFlag,
    architectures: Flags.integer({ description: 'sample size', helpValue: 'N', default: DEFAULTS.architectures }),
    proxies: Flags.string({
      description: 'proxies, separated by commas (see docs/proxies.md); rmi@50 is rmi after 50 updates',
      helpValue: 'NAMES',
      default: DEFAULTS.proxies.join(','),
    }),
    duplicates: Flags.option({
      options: DUPLICATE_COUNTING,
      description: 'whether duplicates (isomorphic architectures) count each time or once',
      aliases: ['twins'],
      deprecateAliases: true,
    })({ default: DEFAULTS.duplicates }),
    bootstrap: Flags.integer({ description: 'bootstrap resamples', helpValue: 'N', default: DEFAULTS.bootstrap }),
    paper: Flags.integer({
      description: 'number of architectures to train as in the paper, to compare seconds',
      helpValue: 'K',
      default: DEFAULTS.paperTrainings,
    }),
    'train-epochs': Flags.integer({ description: 'train each one so long instead of a benchmark', helpValue: 'N' }),
    ...measuringFlags,
    ...clusterFlags,
    ...ownKeyFlags,
  };

  override async run(): Promise<RankingResult> {
    const { flags, raw } = await this.parse(Rank);
    const { cfg, architectures, duplicates, bootstrap, paper, plugin: plugins, data, python } = flags;
    const words = { proxies: parseNames(flags.proxies), overrides: [...overridesOf(flags), ...wordsOf(raw)] };
    const trainEpochs = flags['train-epochs'];
    const sizes = { architectures, duplicates, bootstrap, paperTrainings: paper, trainEpochs };
    const result = await runJob(
      (signal) => rank({ cfg, ...words, ...sizes, plugins, data, python, allowMixed: flags['allow-mixed'], signal }),
      createRankingReporter(process.stderr),
    );
    return this.printKept(result, describeRankings(result));
  }
}
