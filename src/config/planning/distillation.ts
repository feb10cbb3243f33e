/** What a retraining learns from a teacher. */
import type { DatasetDefinition } from '../../datasets/definition.js';
import { UsageError } from '../../errors.js';
import type { TrainingRecipe } from '../../protocol/retraining.js';
import type { Config } from '../config.js';
import type { RetrainingValues } from '../schema/retraining-keys.js';
import type { SearchValues } from '../schema/search-keys.js';
import { isForOtherClasses, teacherOf } from './teacher.js';

/** The keys that a distillation reads besides its own. */
export const TEACHER_KEYS: readonly string[] = [
  'RMINAS.TEACHER',
  'RMINAS.TEACHER_ARCH',
  'RMINAS.TEACHER_WEIGHTS',
  'RMINAS.TEACHER_STAGES',
];

/**
 * Left out when the weight is 0, so that earlier plans keep their digest.
 * @throws UsageError without a teacher, and for one that tells other classes apart
 */
export function distillationOf(
  values: SearchValues,
  more: RetrainingValues,
  dataset: DatasetDefinition,
  teachers: Config['catalogue']['teachers'],
): Pick<TrainingRecipe, 'distillation'> {
  const weight = more['RMINAS.DISTILLATION_WEIGHT'];
  if (weight === 0) return {};
  const teacher = teacherOf(values, dataset, teachers);
  if (isForOtherClasses({ dataset, teacher })) {
    const classes = teacher.own?.identity.classes;
    throw new UsageError(
      `${teacher.name} tells ${classes} classes apart, and ${dataset.name} has ${dataset.classes}: ` +
        'a network cannot learn its probabilities.',
      {
        code: 'wrong-classes',
        nextSteps: ['Choose a teacher for the classes of the data set, or leave out RMINAS.DISTILLATION_WEIGHT.'],
      },
    );
  }
  const identity = teacher.own === undefined ? {} : { own: teacher.own.identity };
  return {
    distillation: {
      weight,
      temperature: more['RMINAS.DISTILLATION_TEMPERATURE'],
      teacher: { architecture: teacher.name, mode: 'eval', ...identity },
    },
  };
}
