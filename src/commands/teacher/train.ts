import { Flags } from '@oclif/core';
import { type TeacherTrainingResult, trainTeacher } from '../../jobs/teacher/train.js';
import { BaseCommand } from '../../terminal/base-command.js';
import * as input from '../../terminal/input/flags.js';
import { datasetOverride, overridesOf, wordsOf } from '../../terminal/input/overrides.js';
import { rejectConfiguration } from '../../terminal/input/resume.js';
import { runJob } from '../../terminal/progress/reporter.js';
import { createRetrainingReporter } from '../../terminal/progress/retraining.js';
import { describeTeacherTraining } from '../../terminal/tables/teacher.js';

const { device, threads, out, seed } = input.keyFlags;

export default class TeacherTrain extends BaseCommand {
  static override summary = 'Train a teacher on a data set.';
  static override description =
    `Trains a network with SGD and tells how good it got on the held-out images. The folder of the training can then be named with
--teacher. From a configuration of a search, only the data set is used; KEY VALUE pairs change the training, for example
OPTIM.MAX_EPOCH 30. Every epoch writes a checkpoint, and --resume continues exactly from there.`;
  static override examples = [
    '<%= config.bin %> teacher train --dataset digits --network digits-resnet OPTIM.MAX_EPOCH 2',
    '<%= config.bin %> teacher train --resume exp/teacher-resnet20-cifar10',
  ];
  static override strict = false;
  static override args = input.overrideArgs;
  static override flags = {
    network: Flags.string({
      description:
        'network: resnet20, digits-resnet, timm:NAME, torchvision:NAME, pytorchcv:NAME, FILE.py:FUNCTION (default: resnet20)',
      helpValue: 'NETWORK',
    }),
    dataset: input.datasetFlag,
    cfg: input.optionalConfigFlag,
    resume: Flags.string({
      description: 'continue the interrupted training in this folder',
      helpValue: 'DIR',
      ...input.asPath,
    }),
    plugin: input.pluginFlag,
    ...input.placeFlags,
    ...{ device, threads, out, seed },
    ...input.nodeFlags,
  };

  override async run(): Promise<TeacherTrainingResult> {
    const { flags, raw } = await this.parse(TeacherTrain);
    const { network, dataset, cfg, resume, plugin: plugins, data, python } = flags;
    const overrides = [...datasetOverride(dataset), ...overridesOf(flags), ...wordsOf(raw)];
    const configured = { '--network': network, '--cfg': cfg, '--plugin': plugins };
    if (resume !== undefined) rejectConfiguration(configured, overrides);
    const options = resume === undefined ? { network, cfg, plugins, overrides, data } : { resume, data };
    const result = await runJob(
      (signal) => trainTeacher({ ...options, python, signal }),
      createRetrainingReporter(process.stderr),
    );
    return this.printKept(result, describeTeacherTraining(result));
  }
}
