/** The values of unset keys that depend on images of the user. */
import { isDeepStrictEqual } from 'node:util';
import { type DatasetDefinition, OWN_DATASETS } from '../datasets/definition.js';
import { UsageError } from '../errors.js';
import type { SpaceDefinition } from '../spaces/definition.js';
import type { Draft } from './draft.js';
import { toValue } from './schema/keys.js';
import { OWN_DATA_KEYS } from './schema/own-data-keys.js';
import { toPlain } from './yacs/value.js';

const DATASET = 'LOADER.DATASET';
/** The batch of the paper. */
const BATCH_SIZE = 32;
/** The batch is chosen from so many images for each that is kept. */
const POOL_FACTOR = 16;

/**
 * Sets the path, which a run keeps absolute, the mean and deviation that were measured, and a batch and a network that
 * suit the images. Values that the user gave stay.
 */
export function resolveOwnData(draft: Draft, { name, own }: DatasetDefinition, space: SpaceDefinition): void {
  if (own === undefined) return;
  const { reference, images, trainImages } = own;
  const setting = draft.get(DATASET);
  draft.settings.set(DATASET, { ...setting, value: toValue({ type: 'str' }, reference) });
  const where = `the data set ${name}`;
  const { mean, deviation, augmentation, imageColumn, labelColumn } = images;
  draft.byDefault('RMINAS.MEAN', mean, where);
  draft.byDefault('RMINAS.DEVIATION', deviation, where);
  draft.byDefault('RMINAS.AUGMENTATION', augmentation, where);
  draft.byDefault('RMINAS.IMAGE_COLUMN', imageColumn ?? '', where);
  draft.byDefault('RMINAS.LABEL_COLUMN', labelColumn ?? '', where);
  const fitting = Math.max(2, Math.floor(trainImages / POOL_FACTOR));
  draft.byDefault('LOADER.BATCH_SIZE', Math.min(BATCH_SIZE, fitting), where);
  const side = Number(draft.text('SEARCH.IM_SIZE'));
  const size = space.sizeFor?.(side);
  if (size === undefined) return;
  draft.byDefault('RMINAS.CHANNELS', size.channels, `the space ${space.name} for ${side} pixels`);
  draft.byDefault('RMINAS.CELLS', size.cells, `the space ${space.name} for ${side} pixels`);
}

/**
 * A built-in data set, or one of a plugin, has its own statistics and its own augmentation.
 * @throws UsageError `unsupported-key`
 */
export function refuseOwnDataKeys(draft: Draft, { name }: DatasetDefinition): void {
  for (const [key, { default: unset }] of Object.entries(OWN_DATA_KEYS)) {
    if (isDeepStrictEqual(toPlain(draft.get(key).value), unset)) continue;
    throw new UsageError(`${key} is ${draft.given(key)}. It applies to images of your own, and not to ${name}.`, {
      code: 'unsupported-key',
      nextSteps: [`Leave out ${key}, or name images of your own with ${DATASET}: ${OWN_DATASETS}.`],
    });
  }
}
