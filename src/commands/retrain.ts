import { Args, Flags } from '@oclif/core';
import { UsageError } from '../errors.js';
import { follow } from '../jobs/job.js';
import type { RetrainingResult } from '../jobs/retrain/result.js';
import { type RetrainOptions, retrain } from '../jobs/retrain/retrain.js';
import { BaseCommand } from '../terminal/base-command.js';
import { dataFlag, keyFlags, overridesOf, pythonFlag, wordsOf } from '../terminal/flags.js';
import { withInterrupt } from '../terminal/interrupt.js';
import { createRetrainingReporter, describeRetraining } from '../terminal/retrain.js';
import { seedsFlag, splitSeeds } from '../terminal/seeds.js';

const { space, device, workers, threads, out } = keyFlags;

export default class Retrain extends BaseCommand {
  static override summary = 'Train an architecture from scratch, as its paper does.';
  static override description =
    `Tells the accuracy on the test images after the last epoch, as the papers' tables do, over as many seeds as are named.

How to train is the recipe of the genotype's space: DARTS's 20 layers for CIFAR and 14 for ImageNet, the 200 epochs of
NAS-Bench-201, the 50 of NAS-Bench-Macro. What a configuration file or KEY VALUE pairs say goes before it; of a file that
describes a search, space and data set alone. Every epoch ends in a checkpoint, from which --resume goes on exactly.`;
  static override examples = [
    "<%= config.bin %> retrain --genotype '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|' --seeds 1 2 3",
    '<%= config.bin %> retrain --genotype "Genotype(normal=[…], …)" --cfg darts_20layer_cifar.yaml --data ./data OPTIM.MAX_EPOCH 3',
    '<%= config.bin %> retrain --genotype 12011201 LOADER.DATASET cifar10 EVAL_PERIOD 10 --json',
    '<%= config.bin %> retrain --resume exp/retrain-darts-cifar10',
  ];
  static override strict = false;
  static override args = {
    override: Args.string({ name: 'KEY VALUE', description: 'configuration keys and their values' }),
  };
  static override flags = {
    genotype: Flags.string({ description: "architecture, in its space's notation (TRAIN.GENOTYPE)" }),
    cfg: Flags.string({ description: 'configuration file, in the form of XNAS or the archive', helpValue: 'FILE' }),
    resume: Flags.string({ description: 'go on with the interrupted retraining in this folder', helpValue: 'DIR' }),
    seeds: seedsFlag,
    data: dataFlag,
    python: pythonFlag,
    ...{ space, device, workers, threads, out },
  };

  override async run(): Promise<RetrainingResult> {
    const { flags, raw } = await this.parse(Retrain);
    const { seeds, rest } = splitSeeds(flags.seeds ?? []);
    const overrides = [...overridesOf(flags), ...rest, ...wordsOf(raw)];
    const options = chooseRetraining({ ...flags, seeds }, overrides);
    const reporter = createRetrainingReporter(process.stderr);
    const result = await withInterrupt((signal) =>
      follow(retrain({ ...options, python: flags.python, signal }), reporter.show),
    ).finally(reporter.clear);
    this.log(describeRetraining(result));
    return result;
  }
}

interface Choice extends Partial<Record<'genotype' | 'cfg' | 'resume' | 'data', string | undefined>> {
  readonly seeds: number[] | undefined;
}

function chooseRetraining({ genotype, cfg, resume, data, seeds }: Choice, overrides: string[]): RetrainOptions {
  if (resume === undefined) return { genotype, cfg, overrides, seeds, data };
  const given = genotype ? '--genotype' : cfg ? '--cfg' : seeds ? '--seeds' : overrides[0];
  if (given === undefined) return { resume, data };
  throw new UsageError(`A resumed retraining keeps its configuration, so ${given} cannot be given.`, {
    code: 'resume-with-configuration',
    nextSteps: ['Leave it out, or start a new retraining without --resume.'],
  });
}
