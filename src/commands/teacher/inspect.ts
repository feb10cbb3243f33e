import { inspectTeacher, type TeacherInspection } from '../../jobs/teacher/inspect.js';
import { BaseCommand } from '../../terminal/base-command.js';
import * as input from '../../terminal/input/flags.js';
import { datasetOverride, overridesOf, wordsOf } from '../../terminal/input/overrides.js';
import { withInterrupt } from '../../terminal/interrupt.js';
import { describeInspection } from '../../terminal/tables/teacher.js';

const { teacher, 'teacher-arch': teacherArch, 'teacher-weights': weights, 'teacher-stages': stages } = input.keyFlags;

export default class TeacherInspect extends BaseCommand {
  static override summary = 'Show the layers of a teacher, what a search would compare, and its accuracy.';
  static override description =
    `Runs the teacher on held-out images of the data set, at most 2,000, and on no candidate.
KEY VALUE pairs override the configuration.`;
  static override examples = [
    '<%= config.bin %> teacher inspect --dataset digits',
    '<%= config.bin %> teacher inspect --dataset digits --teacher examples/own_teacher.py:make',
  ];
  static override strict = false;
  static override args = input.overrideArgs;
  static override flags = {
    dataset: input.datasetFlag,
    cfg: input.optionalConfigFlag,
    plugin: input.pluginFlag,
    ...input.placeFlags,
    ...{ teacher, 'teacher-arch': teacherArch, 'teacher-weights': weights, 'teacher-stages': stages },
  };

  override async run(): Promise<TeacherInspection> {
    const { flags, raw } = await this.parse(TeacherInspect);
    const { dataset, cfg, plugin: plugins, data, python } = flags;
    const overrides = [...datasetOverride(dataset), ...overridesOf(flags), ...wordsOf(raw)];
    const result = await withInterrupt((signal) => inspectTeacher({ cfg, overrides, plugins, data, python, signal }));
    this.log(describeInspection(result));
    return result;
  }
}
