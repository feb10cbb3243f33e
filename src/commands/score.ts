import { Args, Flags } from '@oclif/core';
import { UsageError } from '../errors.js';
import { follow } from '../jobs/job.js';
import { score } from '../jobs/score/score.js';
import type { ScoreResult } from '../jobs/search/result.js';
import { BaseCommand } from '../terminal/base-command.js';
import { dataFlag, keyFlags, noCacheFlag, overridesOf, pythonFlag, wordsOf } from '../terminal/flags.js';
import { withInterrupt } from '../terminal/interrupt.js';
import { createReporter } from '../terminal/reporter.js';
import { describeScores } from '../terminal/summary.js';

/** A score is the loss of a training, whatever a search would make of it. */
const { objective: _objective, strategy: _strategy, ...scoreFlags } = keyFlags;

export default class Score extends BaseCommand {
  static override summary = 'Score single architectures.';
  static override description =
    `Trains each on the batch that the configuration describes, exactly as a search with it would.
KEY VALUE pairs behind the genotypes override the configuration.`;
  static override examples = [
    "<%= config.bin %> score --cfg configs/quickstart.yaml '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|'",
    "<%= config.bin %> score --cfg rminas_nasbench201_cifar10.yaml --data ./data --json '|none~0|+|none~0|skip_connect~1|+|none~0|none~1|nor_conv_1x1~2|' OPTIM.MAX_EPOCH 50",
  ];
  static override strict = false;
  static override args = {
    genotype: Args.string({
      name: 'GENOTYPE…',
      description: "architectures in the space's notation, then KEY VALUE pairs",
    }),
  };
  static override flags = {
    cfg: Flags.string({
      description: 'configuration file, in the form of XNAS or the archive',
      helpValue: 'FILE',
      required: true,
    }),
    data: dataFlag,
    python: pythonFlag,
    'no-cache': noCacheFlag,
    ...scoreFlags,
  };

  override async run(): Promise<ScoreResult> {
    const { flags, raw } = await this.parse(Score);
    const { genotypes, overrides } = splitWords(wordsOf(raw));
    const reporter = createReporter(process.stderr);
    const options = {
      cfg: flags.cfg,
      genotypes,
      overrides: [...overridesOf(flags), ...overrides],
      data: flags.data,
      python: flags.python,
      cache: !flags['no-cache'],
    };
    const result = await withInterrupt((signal) => follow(score({ ...options, signal }), reporter.show));
    this.log(describeScores(result));
    return result;
  }
}

/** A configuration key cannot be mistaken for a genotype: it is capitals and dots. */
function splitWords(words: readonly string[]): { genotypes: string[]; overrides: string[] } {
  const firstKey = words.findIndex((word) => /^[A-Z][A-Z0-9_]*(\.[A-Z0-9_]+)*$/.test(word));
  const end = firstKey < 0 ? words.length : firstKey;
  if (end > 0) return { genotypes: words.slice(0, end), overrides: words.slice(end) };
  throw new UsageError('No genotype was given.', {
    code: 'missing-genotype',
    nextSteps: ['Name one behind the flags, in quotes: rminas score --help shows examples.'],
  });
}
