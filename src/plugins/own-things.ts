/** The things of the user that a configuration names: their data set and their teacher. Python describes them before a job is planned. */

import { join, resolve } from 'node:path';
import { BUILT_IN } from '../catalogue/built-in.js';
import type { CatalogueExtension } from '../catalogue/catalogue.js';
import { type ConfiguredValues, configuredValues, type LoadOptions } from '../config/index.js';
import type { DatasetDefinition } from '../datasets/definition.js';
import type { Described } from '../definitions/described.js';
import { dataHome } from '../installation/places.js';
import type { Answers, DatasetAnswer, DatasetQuestion, Questions, TeacherAnswer } from '../protocol/describing.js';
import type { AugmentationName } from '../protocol/specification.js';
import { type DatasetReference, ownDataset, parseDatasetReference } from './own-dataset.js';
import { describedTeacher, ownTeacher, teacherNotices, teacherQuestion } from './own-teacher.js';
import { parseTeacherReference, type TeacherReference } from './teacher-reference.js';

export interface QuestionOptions extends LoadOptions {
  /** Whether every image is decoded, to find broken ones; only a sample by default. */
  readonly thorough?: boolean | undefined;
}

/** What a configuration names, and what Python has to be asked about it. */
export interface OwnThings {
  readonly questions: Questions;
  /** The answers as definitions, notices and what a journal binds. */
  understand(answers: Answers): UnderstoodThings;
}

export interface UnderstoodThings {
  readonly extension: CatalogueExtension;
  readonly described: readonly Described[];
  readonly notices: readonly string[];
}

/** @throws UsageError for a configuration that cannot be read, and for a malformed reference */
export async function findOwnThings(options: QuestionOptions): Promise<OwnThings> {
  const configured = await configuredValues(options);
  const { values } = configured;
  const { catalogue = BUILT_IN, cwd } = options;
  const images = parseDatasetReference(values['LOADER.DATASET'], cwd);
  const dataset = images === null ? undefined : datasetQuestion(images, configured, options);
  const network = parseTeacherReference(configured, { cwd, catalogue });
  const teacher = network === null ? undefined : teacherQuestion(network, configured, { own: dataset, catalogue });
  return {
    questions: { ...(dataset && { dataset }), ...(teacher && { teacher }) },
    understand(answers) {
      const understood: UnderstoodThings[] = [];
      if (images !== null && dataset !== undefined) {
        const answer = answerTo('data set', answers.dataset);
        const augmentation = values['RMINAS.AUGMENTATION'];
        const about = { question: dataset, answer, augmentation, given: values['LOADER.DATASET'] };
        understood.push(understandDataset(images, about));
      }
      if (network !== null) understood.push(understandTeacher(network, answerTo('teacher', answers.teacher)));
      return {
        extension: Object.assign({}, ...understood.map(({ extension }) => extension)),
        described: understood.flatMap(({ described }) => described),
        notices: understood.flatMap(({ notices }) => notices),
      };
    },
  };
}

function answerTo<Answer>(subject: string, answer: Answer | undefined): Answer {
  if (answer !== undefined) return answer;
  throw new Error(`Python did not answer the question about the ${subject}.`);
}

function understandTeacher(reference: TeacherReference, answer: TeacherAnswer): UnderstoodThings {
  return {
    extension: { teachers: [ownTeacher(reference, answer)] },
    described: [describedTeacher(reference, answer)],
    notices: teacherNotices(reference, answer),
  };
}

function datasetQuestion(
  { form, path, name }: DatasetReference,
  { values, resolution }: ConfiguredValues,
  { cwd = '.', thorough = false }: QuestionOptions,
): DatasetQuestion {
  const configured = values['LOADER.DATAPATH'];
  const root = configured === '' ? join(dataHome(), 'data') : resolve(cwd, configured);
  return {
    form,
    path: form === 'torchvision' ? root : path,
    name,
    resolution,
    imageColumn: values['RMINAS.IMAGE_COLUMN'] || null,
    labelColumn: values['RMINAS.LABEL_COLUMN'] || null,
    heldOutShare: values['RMINAS.VAL_SHARE'],
    mean: threeOrNull(values['RMINAS.MEAN']),
    deviation: threeOrNull(values['RMINAS.DEVIATION']),
    thorough,
  };
}

function threeOrNull([red, green, blue]: readonly number[]): [number, number, number] | null {
  return red === undefined || green === undefined || blue === undefined ? null : [red, green, blue];
}

function understandDataset(
  reference: DatasetReference,
  about: { question: DatasetQuestion; answer: DatasetAnswer; augmentation: AugmentationName; given: string },
): UnderstoodThings {
  const { answer, given } = about;
  const definition = ownDataset(reference, about);
  const { fingerprint, classes, trainImages, heldOutImages } = answer;
  const content = { fingerprint, classes, 'training images': trainImages, 'held-out images': heldOutImages };
  return {
    extension: { datasets: [{ ...definition, aliases: [...new Set([given, ...definition.aliases])] }] },
    described: [{ kind: 'data set', name: reference.text, content }],
    notices: [noticeOf(definition, answer), ...answer.notes],
  };
}

/** One sentence that says what was found. */
function noticeOf({ own }: DatasetDefinition, answer: DatasetAnswer): string {
  const { classes, trainImages, heldOutImages, split, sides, resolution, measured } = answer;
  const size = (side: readonly [number, number]) => side.join(' × ');
  const sizes =
    size(sides.least) === size(sides.most) ? size(sides.least) : `${size(sides.least)} to ${size(sides.most)}`;
  const origin = measured === 0 ? '' : ` Mean and deviation were measured on ${measured} training images.`;
  return (
    `${own?.reference} has ${classes} classes, ${trainImages} images for training and ${heldOutImages} held out` +
    `${split ? ' (split off)' : ''}, of ${sizes} pixels; networks see ${resolution} × ${resolution}.${origin}`
  );
}
