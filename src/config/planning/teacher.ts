/** The teacher of searches and of distillations. */
import type { DatasetDefinition } from '../../datasets/definition.js';
import { UsageError } from '../../errors.js';
import { shellWord } from '../../installation/paths.js';
import { OWN_TEACHERS, type TeacherDefinition } from '../../teachers/definition.js';
import type { Config } from '../config.js';
import type { SearchValues } from '../schema/search-keys.js';

/** The teacher of the user that Python described, the one that RMINAS.TEACHER names, or that of the data set. */
export function teacherOf(
  values: SearchValues,
  dataset: DatasetDefinition,
  teachers: Config['catalogue']['teachers'],
): TeacherDefinition {
  const given = values['RMINAS.TEACHER'];
  const found = [...teachers].find(({ own }) => own?.reference === given) ?? teachers.find(given);
  if (found !== undefined) return found;
  const name = values['RMINAS.TEACHER_ARCH'] || dataset.teacher;
  if (name === null) throw noTeacher(dataset);
  return teachers.get(name, 'RMINAS.TEACHER_ARCH');
}

function noTeacher({ name, classes, own }: DatasetDefinition): UsageError {
  return new UsageError(`The data set ${name} has no teacher of its own, and no key names one.`, {
    code: 'no-teacher',
    nextSteps: [
      `Name one with --teacher, for ${classes} classes if possible: ${OWN_TEACHERS}.`,
      `Or train one: rminas teacher train --dataset ${shellWord(own?.reference ?? name)}`,
    ],
  });
}

/** A teacher for other classes has a representation to compare, and no opinion on the classes of the data set. */
export function isForOtherClasses({
  dataset,
  teacher,
}: {
  readonly dataset: DatasetDefinition;
  readonly teacher: TeacherDefinition;
}): boolean {
  return teacher.own !== undefined && teacher.own.identity.classes !== dataset.classes;
}
