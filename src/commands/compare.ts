import { Flags } from '@oclif/core';
import { EXIT } from '../errors.js';
import { compare } from '../jobs/compare/compare.js';
import { COST_KINDS } from '../jobs/compare/cost.js';
import type { ComparisonResult } from '../jobs/compare/result.js';
import { BaseCommand } from '../terminal/base-command.js';
import * as input from '../terminal/input/flags.js';
import { overridesOf, splitMachineFlags, wordsOf } from '../terminal/input/overrides.js';
import { parseSeedList } from '../terminal/input/seeds.js';
import { parseAmount, parseNamedFile, parseNames } from '../terminal/input/words.js';
import { createComparisonReporter } from '../terminal/progress/comparison.js';
import { runJob } from '../terminal/progress/reporter.js';
import { describeComparison } from '../terminal/tables/comparison.js';

export default class Compare extends BaseCommand {
  static override summary = 'Compare strategies and objectives under equal cost.';
  static override description =
    `Runs a search for each strategy, objective and seed, and compares their results at the same cost: test accuracies, rank
and regret in the space's benchmark, as mean and deviation over the seeds. The table also shows the best architecture of
the space, the best possible vote, and published results. Charts show the regret over the cost.

Every search has its own folder in the comparison's folder. Repeating the command continues an interrupted comparison.
More seeds, a larger budget or another strategy extend it; nothing is computed twice. KEY VALUE pairs override the
configuration of --cfg, not those of --also. The searches of --also have no budget.

--methods adds one-shot searches as rows. They have no budget; --methods-cfg FILE configures them.

With --shared, several processes on one folder, also of several machines, complete one comparison: each takes the
searches that no other one works on, and continues those of processes that died.

The cost includes evaluations, proxies and screening. A score from another run counts with its original cost.`;
  static override examples = [
    '<%= config.bin %> compare --cfg nas-bench-201-cifar10 --data ./data --strategies forest,random --seeds 1-10 --budget 500',
    '<%= config.bin %> compare --cfg nas-bench-201-cifar10-aggregate --data ./data --strategies forest,reinforce --also paper=nas-bench-201-cifar10 --also-seeds 1-3 --json',
    '<%= config.bin %> compare --cfg nas-bench-201-cifar10 --data ./data --methods gdas,darts-1 --seeds 1-3 --cost flops --budget 1e8',
  ];
  static override strict = false;
  static override args = input.overrideArgs;
  static override flags = {
    cfg: input.configFlag,
    ...input.rowFlags,
    seeds: Flags.string({ description: 'seeds, e.g. 1-10 or 1,4,7', helpValue: 'N-N', default: '1' }),
    ...input.alsoFlags,
    budget: Flags.string({ description: 'cost limit of each search (default: none)', helpValue: 'N' }),
    cost: Flags.option({ options: COST_KINDS, description: 'unit of --budget; flops are millions of multiply-adds' })({
      default: 'seconds',
    }),
    jobs: Flags.integer({ description: 'parallel searches', min: 1, max: 64, default: 1, helpValue: 'N' }),
    ...input.runFlags,
    ...input.comparisonFlags,
  };

  override async run(): Promise<ComparisonResult> {
    const { flags, raw } = await this.parse(Compare);
    const { machine, out, ...what } = splitMachineFlags(flags);
    const { cfg, data, python, jobs, cost } = flags;
    const options = {
      ...{ cfg, plugins: flags.plugin, data, python, cache: !flags['no-cache'], out, jobs, cost },
      ...{ shared: flags.shared, allowMixed: flags['allow-mixed'] },
      strategies: parseNames(flags.strategies),
      objectives: parseNames(flags.objectives),
      methods: parseNames(flags.methods),
      methodsCfg: flags['methods-cfg'],
      seeds: parseSeedList('--seeds', flags.seeds),
      also: flags.also?.map(parseNamedFile),
      alsoSeeds: parseSeedList('--also-seeds', flags['also-seeds'] ?? flags.seeds),
      budget: parseAmount('--budget', flags.budget),
      overrides: [...overridesOf(what), ...wordsOf(raw)],
      machine: overridesOf(machine),
    };
    const result = await runJob((signal) => compare({ ...options, signal }), createComparisonReporter(process.stderr));
    if (result.failures.length > 0) process.exitCode = EXIT.sidecar;
    return this.printKept(result, describeComparison(result));
  }
}
