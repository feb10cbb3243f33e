/** Data sets of the user, which LOADER.DATASET names as SCHEME:REST: `folder:animals`, `npz:digits.npz`, `hf:mnist`. */
import { statSync } from 'node:fs';
import { basename, isAbsolute, resolve } from 'node:path';
import { type DatasetDefinition, OWN_DATASETS } from '../datasets/definition.js';
import { UsageError } from '../errors.js';
import { userPath } from '../installation/paths.js';
import type { DatasetAnswer, DatasetQuestion } from '../protocol/describing.js';
import { type AugmentationName, DATASET_FORMS, type DatasetForm } from '../protocol/specification.js';
import { slug } from './slug.js';

/** Where the images of the user are. */
export interface DatasetReference {
  readonly form: DatasetForm;
  /** Absolute; null for a name on the Hugging Face hub, and for torchvision. */
  readonly path: string | null;
  readonly name: string | null;
  /** The reference with an absolute path, as a run keeps it. */
  readonly text: string;
}

/**
 * Reads LOADER.DATASET; null for the name of a data set.
 * @param cwd folder that a relative path starts from
 * @throws UsageError `invalid-reference` for a scheme without a path or name
 */
export function parseDatasetReference(text: string, cwd = '.'): DatasetReference | null {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  const form = DATASET_FORMS.find((one) => one === scheme);
  if (form === undefined) return null;
  if (rest.trim() === '') {
    throw new UsageError(`LOADER.DATASET is '${text}', without a ${hasFile(form) ? 'path' : 'name'} after ${form}:`, {
      code: 'invalid-reference',
      nextSteps: [`Write one of ${OWN_DATASETS}.`],
    });
  }
  if (form === 'torchvision' || (form === 'hf' && !isPath(rest, cwd))) return { form, path: null, name: rest, text };
  const path = resolve(cwd, userPath(rest));
  return { form, path, name: null, text: `${form}:${path}` };
}

function hasFile(form: DatasetForm): boolean {
  return form === 'folder' || form === 'npz';
}

/** `hf:` names a folder when the text can only be a path, or when such a folder is there. */
function isPath(rest: string, cwd: string): boolean {
  const explicit = /^(?:\.{1,2}(?:[\\/]|$)|~)/.test(rest) || isAbsolute(rest);
  return explicit || statSync(resolve(cwd, rest), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The definition of a data set of the user, from what Python says about it. */
export function ownDataset(
  reference: DatasetReference,
  {
    question,
    answer,
    augmentation,
  }: { question: DatasetQuestion; answer: DatasetAnswer; augmentation: AugmentationName },
): DatasetDefinition {
  const { form, name } = reference;
  const { fingerprint, mean, deviation, imageColumn, labelColumn } = answer;
  return {
    name: `${slug(name ?? basename(reference.path ?? ''), 'images')}-${fingerprint.slice(0, 8)}`,
    aliases: [reference.text],
    doc: `Images of the user: ${reference.text}.`,
    classes: answer.classes,
    resolution: answer.resolution,
    // Images are scaled to any size when they are decoded.
    resizable: true,
    teacher: null,
    asset: null,
    own: {
      reference: reference.text,
      path: question.path,
      classNames: answer.classNames,
      trainImages: answer.trainImages,
      images: {
        ...{ form, name, imageColumn, labelColumn, mean, deviation, augmentation, fingerprint },
        heldOutShare: answer.split ? question.heldOutShare : null,
      },
    },
  };
}
