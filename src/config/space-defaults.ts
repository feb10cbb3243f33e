/**
 * The values of unset keys that depend on the space and the data set, and values in published files that cannot be
 * meant.
 */
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Catalogue } from '../catalogue/catalogue.js';
import { type DatasetDefinition, OWN_DATASETS } from '../datasets/definition.js';
import type { KeyDefault, KeyType } from '../definitions/key.js';
import { UsageError } from '../errors.js';
import type { Dialect } from './config.js';
import { toValue } from './schema/keys.js';
import { OWN_DATA_KEYS } from './schema/own-data-keys.js';
import { SEARCH_KEYS } from './schema/search-keys.js';
import type { Setting, Settings } from './yacs/merge.js';
import { repr, toPlain } from './yacs/value.js';

export interface ResolvedSettings {
  readonly settings: Settings;
  /** Notices for the user. */
  readonly notices: readonly string[];
}

interface SettingsOrigin {
  readonly dialect: Dialect;
  /** The configuration's file, or null. */
  readonly file: string | null;
  readonly catalogue: Catalogue;
}

type OwnData = NonNullable<DatasetDefinition['own']>;

const SPACE = 'SPACE.NAME';
const DATASET = 'LOADER.DATASET';
const CLASSES = 'LOADER.NUM_CLASSES';
const RESOLUTION = 'SEARCH.IM_SIZE';

/**
 * Every setting as the search will use it.
 * @param settings in range
 * @throws UsageError for an unknown space or data set, and for a wrong number of classes or image size.
 */
export function resolveSettings(settings: Settings, origin: SettingsOrigin): ResolvedSettings {
  const { spaces, datasets } = origin.catalogue;
  const draft = new Draft(settings);
  if (origin.dialect === 'archive') nameSpace(draft, origin);
  const { script } = spaces.get(draft.text(SPACE), SPACE);
  for (const [key, plain] of Object.entries(script.keys)) draft.byDefault(key, plain, script.name);
  if (script.dataset !== null) draft.byDefault(DATASET, script.dataset, script.name);
  else if (origin.dialect === 'archive') guessDataset(draft, origin.catalogue);
  const dataset = datasets.get(draft.text(DATASET), DATASET);
  if (dataset.own !== undefined) describeOwnData(draft, dataset, dataset.own);
  else refuseOwnDataKeys(draft, dataset);
  describeOwnTeacher(draft, origin.catalogue);
  resolveClasses(draft, dataset);
  resolveResolution(draft, dataset);
  return { settings: draft.settings, notices: draft.notices };
}

/** The settings while they are resolved. */
class Draft {
  readonly settings: Map<string, Setting>;
  readonly notices: string[] = [];

  constructor(settings: Settings) {
    this.settings = new Map(settings);
  }

  get(key: string): Setting {
    const setting = this.settings.get(key);
    if (setting) return setting;
    throw new Error(`There is no setting ${key}.`);
  }

  text(key: string): string {
    return String(toPlain(this.get(key).value));
  }

  /** Sets a key that is unset. */
  byDefault(key: string, plain: KeyDefault, where: string): void {
    const { source, value } = this.get(key);
    if (source !== 'default') return;
    this.settings.set(key, { value: toValue({ type: value.type as KeyType }, plain), source, where });
  }
}

/** A run keeps an absolute path, and the mean and deviation that were measured. */
function describeOwnData(draft: Draft, { name }: DatasetDefinition, { reference, images }: OwnData): void {
  const setting = draft.get(DATASET);
  draft.settings.set(DATASET, { ...setting, value: toValue({ type: 'str' }, reference) });
  const { mean, deviation, augmentation, imageColumn, labelColumn } = images;
  const found = { MEAN: mean, DEVIATION: deviation, AUGMENTATION: augmentation };
  const columns = { IMAGE_COLUMN: imageColumn ?? '', LABEL_COLUMN: labelColumn ?? '' };
  for (const [key, value] of Object.entries({ ...found, ...columns })) {
    draft.byDefault(`RMINAS.${key}`, value, `the data set ${name}`);
  }
}

/** A run keeps absolute paths. The catalogue has a teacher of the user only if Python described it for this configuration. */
function describeOwnTeacher(draft: Draft, { teachers }: Catalogue): void {
  const own = [...teachers].find((teacher) => teacher.own !== undefined)?.own;
  if (own === undefined) return;
  const keys = { 'RMINAS.TEACHER': own.reference, 'RMINAS.TEACHER_WEIGHTS': own.weightsReference };
  for (const [key, value] of Object.entries(keys)) {
    draft.settings.set(key, { ...draft.get(key), value: toValue({ type: 'str' }, value) });
  }
}

/** A built-in data set, or one of a plugin, has its own statistics and its own augmentation. */
function refuseOwnDataKeys(draft: Draft, { name }: DatasetDefinition): void {
  for (const [key, { default: unset }] of Object.entries(OWN_DATA_KEYS)) {
    if (isDeepStrictEqual(toPlain(draft.get(key).value), unset)) continue;
    throw new UsageError(`${key} is ${given(draft, key)}, and applies to your own images only, not to ${name}.`, {
      code: 'unsupported-key',
      nextSteps: [`Leave out ${key}, or name images of your own with ${DATASET}: ${OWN_DATASETS}.`],
    });
  }
}

/** The archive has one script per space, so that its files need not name the space. */
function nameSpace(draft: Draft, { file, catalogue }: SettingsOrigin): void {
  if (draft.get(SPACE).source !== 'default' || file === null) return;
  const [, prefix = ''] = /^([a-z0-9]+)/.exec(basename(file)) ?? [];
  const known = [...catalogue.spaces].filter(({ archivePrefix }) => archivePrefix !== null);
  const space = known.find(({ archivePrefix }) => archivePrefix === prefix)?.name;
  if (space === undefined) {
    throw new UsageError(`${file} names no space, and its own name does not begin with one.`, {
      code: 'missing-space',
      nextSteps: [`Name the space with --space: ${known.map(({ name }) => name).join(', ')}.`],
    });
  }
  draft.settings.set(SPACE, { value: { type: 'str', value: space }, source: 'file', where: `the name of ${file}` });
  draft.notices.push(`${file} names no space; its own name stands for ${space}. Use --space to choose another one.`);
}

/** A file of the archive for ImageNet names no data set, but the size of its images. */
function guessDataset(draft: Draft, { datasets }: Catalogue): void {
  const { value, where } = draft.get(RESOLUTION);
  const side = toPlain(value);
  const guess = [...datasets].find(({ resizable, resolution }) => resizable && resolution === side);
  if (guess) draft.byDefault(DATASET, guess.name, `${RESOLUTION} ${side} (${where})`);
}

/**
 * The data set decides. A file may have the default of XNAS, as one of XNAS's for ImageNet does, where it cannot be
 * meant.
 */
function resolveClasses(draft: Draft, dataset: DatasetDefinition): void {
  if (resolveNumber(draft, CLASSES, dataset.classes, dataset)) return;
  throw new UsageError(`${CLASSES} is ${given(draft, CLASSES)}, and ${dataset.name} has ${dataset.classes} classes.`, {
    code: 'wrong-classes',
    nextSteps: [`Set ${CLASSES} to ${dataset.classes}, or ${DATASET} to another data set.`],
  });
}

function resolveResolution(draft: Draft, dataset: DatasetDefinition): void {
  if (dataset.resizable && draft.get(RESOLUTION).source !== 'default') return;
  if (resolveNumber(draft, RESOLUTION, dataset.resolution, dataset)) return;
  // Images can be shown smaller than they are stored, but not larger.
  if (Number(toPlain(draft.get(RESOLUTION).value)) < dataset.resolution) return;
  throw new UsageError(
    `${RESOLUTION} is ${given(draft, RESOLUTION)}, and the images of ${dataset.name} are ${dataset.resolution} pixels wide.`,
    { code: 'wrong-resolution', nextSteps: [`Set ${RESOLUTION} to ${dataset.resolution} or less, or leave it out.`] },
  );
}

/** Sets a number that the data set decides. False when the user set another number that can be meant. */
function resolveNumber(
  draft: Draft,
  key: typeof CLASSES | typeof RESOLUTION,
  number: number,
  dataset: DatasetDefinition,
): boolean {
  const { value, source, where } = draft.get(key);
  if (toPlain(value) === number) return true;
  if (source === 'override') return false;
  if (source === 'file') {
    if (toPlain(value) !== SEARCH_KEYS[key].default) return false;
    draft.notices.push(
      `${key} is ${repr(value)} (${where}), the default of XNAS, and counts as unset: ${dataset.name} has ${number}.`,
    );
  }
  draft.settings.set(key, {
    value: { type: 'int', value: number },
    source: 'default',
    where: `the data set ${dataset.name}`,
  });
  return true;
}

function given(draft: Draft, key: string): string {
  const { value, where } = draft.get(key);
  return `${repr(value)} (${where})`;
}
