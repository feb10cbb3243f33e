/** Asks Python about a teacher of the user, and makes a definition of the answer. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Catalogue } from '../catalogue/catalogue.js';
import type { ConfiguredValues } from '../config/index.js';
import type { Described } from '../definitions/described.js';
import type { DatasetQuestion, TeacherAnswer, TeacherQuestion } from '../protocol/describing.js';
import { nameSchema } from '../protocol/specification.js';
import type { TeacherDefinition } from '../teachers/definition.js';
import { slug } from './slug.js';
import type { TeacherReference } from './teacher-reference.js';

/** @param own the question about the data set, if that is the user's, too */
export function teacherQuestion(
  { kind, name, weights, random, code, stages }: TeacherReference,
  { values, resolution }: ConfiguredValues,
  { own, catalogue }: { own: DatasetQuestion | undefined; catalogue: Catalogue },
): TeacherQuestion {
  const given = values['LOADER.DATASET'];
  const dataset = catalogue.datasets.find(given)?.name ?? nameSchema.safeParse(given).data ?? null;
  return {
    ...{ kind, name, weights, random, code, stages: [...stages] },
    dataset: own === undefined ? dataset : null,
    resolution,
  };
}

/** The definition of a teacher of the user, from what Python says about it. */
export function ownTeacher(
  { text, weightsText, code }: TeacherReference,
  { identity, weights }: TeacherAnswer,
): TeacherDefinition {
  const digest = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  return {
    name: `${slug(identity.name || basename(weights ?? ''), 'teacher')}-${digest.slice(0, 8)}`,
    aliases: [],
    doc: `A teacher of the user: ${text}.`,
    asset: null,
    own: { reference: text, weightsReference: weightsText, weights, code, identity },
  };
}

/** The identity of a teacher, as a journal keeps it. */
export function describedTeacher({ text }: TeacherReference, { identity }: TeacherAnswer): Described {
  const { version, weights, code, stages, classes } = identity;
  return {
    kind: 'teacher',
    name: text,
    content: {
      ...(version === null ? {} : { version }),
      ...(weights === null ? {} : { weights }),
      ...(code === null ? {} : { code }),
      stages: stages.join(', '),
      classes,
    },
  };
}

/** Sentences that say what was found. */
export function teacherNotices({ text }: TeacherReference, { identity, compared, notes }: TeacherAnswer): string[] {
  const { kind, version, classes } = identity;
  const from = version === null ? '' : ` of ${kind} ${version}`;
  const stages = compared.map(({ name, shape }) => `${name} (${shape.join(' × ')})`).join(', ');
  return [`The teacher ${text}${from} tells ${classes} classes apart. Its compared stages are ${stages}.`, ...notes];
}
