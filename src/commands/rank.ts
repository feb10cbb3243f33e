import { Args, Flags } from '@oclif/core';
import { follow } from '../jobs/job.js';
import { DEFAULTS } from '../jobs/rank/plan.js';
import { rank } from '../jobs/rank/rank.js';
import type { RankingResult } from '../jobs/rank/result.js';
import { DUPLICATE_COUNTING } from '../jobs/rank/sample.js';
import { BaseCommand } from '../terminal/base-command.js';
import { dataFlag, keyFlags, overridesOf, pythonFlag, wordsOf } from '../terminal/flags.js';
import { withInterrupt } from '../terminal/interrupt.js';
import { createRankingReporter, describeRankings } from '../terminal/rank.js';
import { parseNames } from '../terminal/words.js';

const { strategy: _strategy, objective: _objective, ...ownKeyFlags } = keyFlags;

export default class Rank extends BaseCommand {
  static override summary = 'Tell how well proxies rank random architectures.';
  static override description =
    `Measures random architectures by proxies, and compares with the accuracies of the space's benchmark: Kendall's τ-b and
Spearman's ρ with bootstrap intervals, over all of them and among the truly best, per data set, and what an architecture
costs. RMINAS.AGGREGATE says which proxies the aggregate is made of.

What is measured is kept in OUT_DIR/rank-<space>-<data set>-seed<seed>: the same command again, a larger number or another
proxy measures only what is missing. A smaller number is the beginning of a larger one.`;
  static override examples = [
    '<%= config.bin %> rank --cfg configs/nas-bench-201-cifar10.yaml --data ./data --proxies rmi@50,synflow,flops,aggregate',
    '<%= config.bin %> rank --cfg configs/nas-bench-201-cifar10.yaml --architectures 300 --workers 2 RMINAS.CELLS 2 OPTIM.MAX_EPOCH 50',
    '<%= config.bin %> rank --cfg configs/nas-bench-macro-cifar10.yaml --proxies naswot,zico --twins once --json',
  ];
  static override strict = false;
  static override args = {
    override: Args.string({ name: 'KEY VALUE', description: 'configuration keys and their values' }),
  };
  static override flags = {
    cfg: Flags.string({
      description: 'configuration file, in the form of XNAS or the archive',
      helpValue: 'FILE',
      required: true,
    }),
    architectures: Flags.integer({
      description: 'random architectures',
      helpValue: 'N',
      default: DEFAULTS.architectures,
    }),
    proxies: Flags.string({
      description: 'what to rank by, separated by commas: docs/proxies.md has them; rmi@50 is rmi after 50 updates',
      helpValue: 'NAMES',
      default: DEFAULTS.proxies.join(','),
    }),
    twins: Flags.option({
      options: DUPLICATE_COUNTING,
      description: 'how often architectures that are the same network count',
    })({
      default: DEFAULTS.twins,
    }),
    bootstrap: Flags.integer({
      description: 'resamples for the intervals',
      helpValue: 'N',
      default: DEFAULTS.bootstrap,
    }),
    paper: Flags.integer({
      description: 'architectures that are trained as the paper does, too, to compare seconds',
      helpValue: 'K',
      default: DEFAULTS.paperTrainings,
    }),
    data: dataFlag,
    python: pythonFlag,
    ...ownKeyFlags,
  };

  override async run(): Promise<RankingResult> {
    const { flags, raw } = await this.parse(Rank);
    const { cfg, architectures, twins, bootstrap, paper, data, python } = flags;
    const proxies = parseNames(flags.proxies);
    const overrides = [...overridesOf(flags), ...wordsOf(raw)];
    const sizes = { architectures, twins, bootstrap, paperTrainings: paper };
    const reporter = createRankingReporter(process.stderr);
    const result = await withInterrupt((signal) =>
      follow(rank({ cfg, proxies, overrides, ...sizes, data, python, signal }), reporter.show),
    ).finally(reporter.clear);
    this.log(describeRankings(result));
    return result;
  }
}
