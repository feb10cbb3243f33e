import { Flags } from '@oclif/core';
import type { RetrainingResult } from '../jobs/retrain/result.js';
import { retrain } from '../jobs/retrain/retrain.js';
import { RETRAINING_LOG } from '../sinks/events.js';
import { startLogged } from '../sinks/follow.js';
import { BaseCommand } from '../terminal/base-command.js';
import {
  asPath,
  keyFlags,
  logFlag,
  nodeFlags,
  optionalConfigFlag,
  overrideArgs,
  placeFlags,
  pluginFlag,
} from '../terminal/input/flags.js';
import { overridesOf, wordsOf } from '../terminal/input/overrides.js';
import { rejectConfiguration } from '../terminal/input/resume.js';
import { seedsFlag, splitSeeds } from '../terminal/input/seeds.js';
import { runJob } from '../terminal/progress/reporter.js';
import { createRetrainingReporter } from '../terminal/progress/retraining.js';
import { describeRetraining } from '../terminal/tables/retraining.js';

const { space, 'val-share': valShare, device, workers, threads, out, teacher } = keyFlags;
const ofTeacher = { 'teacher-weights': keyFlags['teacher-weights'], 'teacher-arch': keyFlags['teacher-arch'] };

export default class Retrain extends BaseCommand {
  static override summary = 'Train an architecture from scratch by the recipe of its paper.';
  static override description = `Reports the test accuracy after the last epoch, as papers do, for one or more seeds.

The recipe depends on the space of the genotype: for DARTS 20 layers on CIFAR and 14 on ImageNet, for NAS-Bench-201 200
epochs, for NAS-Bench-Macro 50 epochs. A configuration and KEY VALUE pairs override it. From a configuration of a search,
only the space and the data set are used. Every epoch writes a checkpoint, and --resume continues exactly from there.`;
  static override examples = [
    "<%= config.bin %> retrain --cfg quickstart --genotype '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|' --seeds 1 2 3",
    '<%= config.bin %> retrain --genotype 12011201 --cfg nas-bench-macro-cifar10 --data ./data OPTIM.MAX_EPOCH 3',
    '<%= config.bin %> retrain --genotype 12011201 --data ./data --json EVAL_PERIOD 10',
    '<%= config.bin %> retrain --resume exp/retrain-darts-cifar10',
  ];
  static override strict = false;
  static override args = overrideArgs;
  static override flags = {
    genotype: Flags.string({ description: "architecture, in its space's notation (TRAIN.GENOTYPE)" }),
    cfg: optionalConfigFlag,
    resume: Flags.string({
      description: 'continue the interrupted retraining in this folder',
      helpValue: 'DIR',
      ...asPath,
    }),
    seeds: seedsFlag,
    log: logFlag,
    plugin: pluginFlag,
    ...placeFlags,
    ...{ space, 'val-share': valShare, device, workers, threads, out, teacher, ...ofTeacher },
    ...nodeFlags,
    'max-workers': keyFlags['max-workers'],
  };

  override async run(): Promise<RetrainingResult> {
    const { flags, raw } = await this.parse(Retrain);
    const { seeds, rest } = splitSeeds(flags.seeds ?? []);
    const overrides = [...overridesOf(flags), ...rest, ...wordsOf(raw)];
    const { genotype, cfg, resume, plugin: plugins, data } = flags;
    const configured = { '--genotype': genotype, '--cfg': cfg, '--plugin': plugins, '--seeds': seeds };
    if (resume !== undefined) rejectConfiguration(configured, overrides);
    const options = resume === undefined ? { genotype, cfg, plugins, overrides, seeds, data } : { resume, data };
    const { python, log: to = [] } = flags;
    const start = (signal: AbortSignal) => retrain({ ...options, python, signal });
    const logged = startLogged(start, { to, python, events: RETRAINING_LOG });
    const result = await runJob(logged, createRetrainingReporter(process.stderr));
    return this.printKept(result, describeRetraining(result));
  }
}
