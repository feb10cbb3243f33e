import pc from 'picocolors';
import type { TeacherTrainingResult } from '../../jobs/teacher/train.js';
import { formatSeconds } from '../units.js';
import { type LabelledValue, listOf } from './layout.js';

/** The summary of the training of a teacher. */
export function describeTeacherTraining(result: TeacherTrainingResult): string {
  const { teacher, trainImages, testImages, cost, files, notes } = result;
  const chance = 100 / teacher.classes;
  const rows: LabelledValue[] = [
    ['teacher', pc.bold(teacher.teacher)],
    [
      'accuracy',
      `${pc.bold(`${teacher.accuracy.toFixed(2)} %`)} of ${testImages} held-out images (chance: ${chance.toFixed(2)} %)`,
    ],
    ['trained', `${teacher.epochs} epochs on ${trainImages} images of ${teacher.dataset}, seed ${teacher.seed}`],
    ['network', `${(teacher.parameters / 1e6).toFixed(3)} M parameters, ${teacher.classes} classes`],
    ['cost', `${formatSeconds(cost.seconds)}, ${cost.secondsPerEpoch.toFixed(2)} s per epoch`],
    ['use it with', `--teacher ${files.folder}`],
    ...notes.map((text): LabelledValue => ['note', text]),
  ];
  return listOf(rows);
}
