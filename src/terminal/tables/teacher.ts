import pc from 'picocolors';
import { shellWord } from '../../installation/paths.js';
import type { TeacherInspection } from '../../jobs/teacher/inspect.js';
import type { TeacherTrainingResult } from '../../jobs/teacher/train.js';
import { counted, formatSeconds } from '../units.js';
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
    [
      'trained',
      `${counted(teacher.epochs, 'epoch')} on ${counted(trainImages, 'image')} of ${teacher.dataset}, seed ${teacher.seed}`,
    ],
    ['network', `${(teacher.parameters / 1e6).toFixed(3)} M parameters, ${teacher.classes} classes`],
    ['cost', `${formatSeconds(cost.seconds)}, ${cost.secondsPerEpoch.toFixed(2)} s per epoch`],
    ['use it with', `--teacher ${shellWord(files.folder)}`],
    ...notes.map((text): LabelledValue => ['note', text]),
  ];
  return listOf(rows);
}

/** The layers of a teacher, and what a search would compare. */
export function describeInspection(result: TeacherInspection): string {
  const { teacher, identity, parameters, compared, layers, notes } = result;
  const stages = new Set(compared.map(({ name }) => name));
  const rows: LabelledValue[] = [
    ['teacher', `${pc.bold(teacher)}${identity === null ? '' : ` (${identity.kind})`}`],
    ['network', `${(parameters / 1e6).toFixed(3)} M parameters, ${result.classes} classes`],
    ['accuracy', describeAccuracy(result)],
    ...compared.map(({ name, shape }, index): LabelledValue => [`stage ${index + 1}`, `${name}  ${shapeOf(shape)}`]),
    ...notes.map((text): LabelledValue => ['note', text]),
  ];
  const lines = layers.map(({ name, kind, shape, parameters: count }) => {
    const mark = stages.has(name) ? pc.bold('→') : ' ';
    return `${mark} ${name.padEnd(width(layers))}  ${shapeOf(shape).padEnd(14)}  ${kind}, ${count} parameters`;
  });
  return [...lines, '', listOf(rows)].join('\n');
}

function describeAccuracy({ accuracy, loss, images, classes, dataset, datasetClasses }: TeacherInspection): string {
  if (accuracy === null) {
    return `none: it tells ${classes} classes apart, and ${dataset} has ${datasetClasses}; a search compares features only`;
  }
  const entropy = loss === null ? 'not finite' : loss.toFixed(4);
  return (
    `${pc.bold(`${(100 * accuracy).toFixed(2)} %`)} of ${images} held-out images of ${dataset} ` +
    `(chance: ${(100 / datasetClasses).toFixed(2)} %), cross entropy ${entropy}`
  );
}

function width(layers: TeacherInspection['layers']): number {
  return Math.min(40, Math.max(...layers.map(({ name }) => name.length)));
}

function shapeOf(shape: readonly number[] | null): string {
  return shape === null ? '-' : shape.join(' × ');
}
