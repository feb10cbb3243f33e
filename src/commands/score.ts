import { Args, Flags } from '@oclif/core';
import { score } from '../jobs/score/score.js';
import type { ScoreResult } from '../jobs/search/result.js';
import { finalists } from '../report/data/search/finalists.js';
import { BaseCommand } from '../terminal/base-command.js';
import { asPath, configFlag, keyFlags, runFlags } from '../terminal/input/flags.js';
import { overridesOf, wordsOf } from '../terminal/input/overrides.js';
import { splitGenotypes } from '../terminal/input/words.js';
import { runJob } from '../terminal/progress/reporter.js';
import { createPlainReporter } from '../terminal/progress/search.js';
import { describeScores } from '../terminal/tables/search.js';

/** A score does not depend on the strategy or the objective of a search. */
const { objective: _objective, strategy: _strategy, ...scoreFlags } = keyFlags;

/** docs/experiments.md compares last rounds of three and of five. */
const DEFAULT_FINALISTS = 5;

export default class Score extends BaseCommand {
  static override summary = 'Score architectures by a training on one batch.';
  static override description =
    `Trains each architecture on one batch, exactly as a search with the same configuration does.
--from takes the best evaluated architectures of a search, for a last round with larger networks or longer trainings.
KEY VALUE pairs after the genotypes override the configuration.`;
  static override examples = [
    "<%= config.bin %> score --cfg quickstart '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|'",
    "<%= config.bin %> score --cfg nas-bench-201-cifar10 --data ./data --json '|none~0|+|none~0|skip_connect~1|+|none~0|none~1|nor_conv_1x1~2|' OPTIM.MAX_EPOCH 50",
    '<%= config.bin %> score --cfg nas-bench-201-cifar10 --data ./data --from exp/nas-bench-201-cifar10-aggregate/nas-bench-201-cifar10-seed1 --best 5',
  ];
  static override strict = false;
  static override args = {
    genotype: Args.string({
      name: 'GENOTYPE…',
      description: "architectures in the space's notation, then KEY VALUE pairs",
    }),
  };
  static override flags = {
    cfg: configFlag,
    from: Flags.string({
      description: 'folder of a search, whose best evaluated architectures to score',
      helpValue: 'RUN',
      ...asPath,
    }),
    best: Flags.integer({
      description: `how many of them (default: ${DEFAULT_FINALISTS})`,
      helpValue: 'N',
      min: 1,
      max: 1000,
      dependsOn: ['from'],
    }),
    ...runFlags,
    ...scoreFlags,
  };

  override async run(): Promise<ScoreResult> {
    const { flags, raw } = await this.parse(Score);
    const { from, best = DEFAULT_FINALISTS } = flags;
    const found = from === undefined ? [] : await finalists(from, best);
    const { genotypes, overrides } = splitGenotypes(wordsOf(raw), { optional: found.length > 0 });
    const options = {
      cfg: flags.cfg,
      genotypes: [...found, ...genotypes],
      overrides: [...overridesOf(flags), ...overrides],
      plugins: flags.plugin,
      data: flags.data,
      python: flags.python,
      cache: !flags['no-cache'],
    };
    const result = await runJob((signal) => score({ ...options, signal }), createPlainReporter(process.stderr));
    this.log(describeScores(result));
    return result;
  }
}
