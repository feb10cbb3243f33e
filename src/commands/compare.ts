import { Args, Flags } from '@oclif/core';
import { EXIT } from '../errors.js';
import { compare } from '../jobs/compare/compare.js';
import { COST_KINDS } from '../jobs/compare/cost.js';
import type { ComparisonResult } from '../jobs/compare/result.js';
import { follow } from '../jobs/job.js';
import { BaseCommand } from '../terminal/base-command.js';
import { createComparisonReporter, describeComparison } from '../terminal/compare.js';
import { dataFlag, keyFlags, noCacheFlag, overridesOf, pythonFlag, wordsOf } from '../terminal/flags.js';
import { withInterrupt } from '../terminal/interrupt.js';
import { parseSeedList } from '../terminal/seeds.js';
import { parseAmount, parseNamedFile, parseNames } from '../terminal/words.js';

const { space, profile, backend, teacher, 'teacher-arch': teacherArch, device, workers, threads } = keyFlags;
/** Several, each after its own --also, so that KEY VALUE pairs may follow. */
const named = { helpValue: 'NAME=FILE', multiple: true, multipleNonGreedy: true } as const;

export default class Compare extends BaseCommand {
  static override summary = 'Compare strategies and objectives under equal cost.';
  static override description =
    `Searches with each strategy, objective and seed, and tells what they had found when each had spent the budget: test
accuracies, rank and regret by the space's benchmark, as mean and deviation over the seeds, beside the space's optimum,
what voting can reach, and what papers have published. Charts show the regret over the cost.

Each search is a run of its own in the comparison's folder: what is there is not computed again, more seeds, a larger
budget or another strategy add to it, and an interrupted comparison goes on when the command is given again. KEY VALUE
pairs change the configuration of --cfg. Those of --also are taken as they are, and their searches go to their end.

The cost is that of evaluations, proxies and screening. A score that another run had computed costs what it cost then.`;
  static override examples = [
    '<%= config.bin %> compare --cfg configs/nas-bench-201-cifar10.yaml --data ./data --strategies forest,random --seeds 1-10 --budget 500',
    '<%= config.bin %> compare --cfg fast.yaml --objectives aggregate --strategies forest,reinforce --seeds 1-10 --also paper=paper.yaml --also-seeds 1-3 --json',
  ];
  static override strict = false;
  static override args = {
    override: Args.string({ name: 'KEY VALUE', description: 'configuration keys and their values' }),
  };
  static override flags = {
    cfg: Flags.string({ description: 'configuration file', helpValue: 'FILE', required: true }),
    strategies: Flags.string({ description: 'strategies (default: RMINAS.STRATEGY)', helpValue: 'NAME,…' }),
    objectives: Flags.string({ description: 'objectives (default: RMINAS.OBJECTIVE)', helpValue: 'NAME,…' }),
    seeds: Flags.string({ description: 'seeds, e.g. 1-10 or 1,4,7', helpValue: 'N-N', default: '1' }),
    also: Flags.string({ description: 'a further configuration as a row', ...named }),
    'also-seeds': Flags.string({ description: 'its seeds (default: --seeds)', helpValue: 'N-N', dependsOn: ['also'] }),
    budget: Flags.string({ description: 'what each search may spend (default: what it wants)', helpValue: 'N' }),
    cost: Flags.option({ options: COST_KINDS, description: 'what is spent; flops are millions of multiply-adds' })({
      default: 'seconds',
    }),
    jobs: Flags.integer({ description: 'searches side by side', min: 1, max: 64, default: 1, helpValue: 'N' }),
    data: dataFlag,
    python: pythonFlag,
    'no-cache': noCacheFlag,
    out: Flags.string({ description: "the comparison's folder (default: one in OUT_DIR)", helpValue: 'DIR' }),
    ...{ space, profile, backend, teacher, 'teacher-arch': teacherArch, device, workers, threads },
  };

  override async run(): Promise<ComparisonResult> {
    const { flags, raw } = await this.parse(Compare);
    const { device, workers, threads, out, ...what } = flags;
    const reporter = createComparisonReporter(process.stderr);
    const options = {
      ...{ cfg: flags.cfg, data: flags.data, python: flags.python, cache: !flags['no-cache'], out },
      ...{ jobs: flags.jobs, cost: flags.cost },
      strategies: parseNames(flags.strategies),
      objectives: parseNames(flags.objectives),
      seeds: parseSeedList('--seeds', flags.seeds),
      also: flags.also?.map(parseNamedFile),
      alsoSeeds: flags['also-seeds'] === undefined ? undefined : parseSeedList('--also-seeds', flags['also-seeds']),
      budget: flags.budget === undefined ? undefined : parseAmount('--budget', flags.budget),
      overrides: [...overridesOf(what), ...wordsOf(raw)],
      machine: overridesOf({ device, workers, threads }),
    };
    const result = await withInterrupt((signal) => follow(compare({ ...options, signal }), reporter.show)).finally(
      reporter.clear,
    );
    if (result.failures.length > 0) process.exitCode = EXIT.sidecar;
    this.log(describeComparison(result));
    return result;
  }
}
