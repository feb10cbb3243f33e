/**
 * The values of unset keys that depend on the space and the data set, and values in published files that cannot be
 * meant.
 */
import { basename } from 'node:path';
import type { Catalogue } from '../catalogue/catalogue.js';
import type { DatasetDefinition } from '../datasets/definition.js';
import { UsageError } from '../errors.js';
import type { Dialect } from './config.js';
import { Draft } from './draft.js';
import { refuseOwnDataKeys, resolveOwnData } from './own-data-defaults.js';
import { toValue } from './schema/keys.js';
import { SEARCH_KEYS } from './schema/search-keys.js';
import type { Settings } from './yacs/merge.js';
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
  noticeGpus(draft);
  const space = spaces.get(draft.text(SPACE), SPACE);
  const { script } = space;
  for (const [key, plain] of Object.entries(script.keys)) draft.byDefault(key, plain, script.name);
  suitStrategy(draft, origin.catalogue);
  if (script.dataset !== null) draft.byDefault(DATASET, script.dataset, script.name);
  else if (origin.dialect === 'archive') guessDataset(draft, origin.catalogue);
  const dataset = datasets.get(draft.text(DATASET), DATASET);
  if (dataset.own === undefined) refuseOwnDataKeys(draft, dataset);
  describeOwnTeacher(draft, origin.catalogue);
  resolveClasses(draft, dataset);
  resolveResolution(draft, dataset);
  if (dataset.own !== undefined) resolveOwnData(draft, dataset, space);
  return { settings: draft.settings, notices: draft.notices };
}

/**
 * Sets what suits the strategy. A file or the command line may leave it no evaluations after the warm-up: it says so, since
 * that is a random search.
 */
function suitStrategy(draft: Draft, { strategies }: Catalogue): void {
  const strategy = strategies.find(draft.text('RMINAS.STRATEGY'));
  if (strategy?.defaults === undefined) return;
  for (const [key, plain] of Object.entries(strategy.defaults))
    draft.byDefault(key, plain, `the strategy ${strategy.name}`);
  const [warmup, cap] = ['RMINAS.RF_WARMUP', 'RMINAS.MAX_EVALUATIONS'].map((key) =>
    Number(toPlain(draft.get(key).value)),
  );
  if (warmup === undefined || cap === undefined || cap === 0 || cap !== warmup) return;
  draft.notices.push(
    `The warm-up takes all ${cap} evaluations: RMINAS.RF_WARMUP is ${draft.given('RMINAS.RF_WARMUP')}. ` +
      `So ${strategy.name} proposes nothing, and the search is random. Lower RMINAS.RF_WARMUP.`,
  );
}

/** A number of GPUs that a configuration of XNAS asks for. Here devices and workers decide that. */
function noticeGpus(draft: Draft): void {
  const { value, where } = draft.get('NUM_GPUS');
  const gpus = Number(toPlain(value));
  if (gpus === 1) return;
  draft.notices.push(
    `NUM_GPUS is ${gpus} (${where}), and is not read. For ${gpus} GPUs, set RMINAS.DEVICE cuda and RMINAS.WORKERS ${gpus}.`,
  );
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
  throw new UsageError(`${CLASSES} is ${draft.given(CLASSES)}, and ${dataset.name} has ${dataset.classes} classes.`, {
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
    `${RESOLUTION} is ${draft.given(RESOLUTION)}, and the images of ${dataset.name} are ${dataset.resolution} pixels wide.`,
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
