/**
 * What the keys that nobody set mean in the space and on the data set of a configuration, and what published files say
 * that cannot be meant.
 */
import { basename } from 'node:path';
import { UsageError } from '../../errors.js';
import { DEFAULTS } from '../schema/defaults.js';
import { type DatasetFacts, resolveDataset, resolveSpace } from '../schema/names.js';
import type { Setting, Settings } from '../yacs/merge.js';
import { int, repr, str, toPlain, type Value } from '../yacs/value.js';

/** Whose keys a file is written in. */
export type Dialect = 'xnas' | 'archive';

export interface ResolvedSettings {
  readonly settings: Settings;
  /** What the user should know of it. */
  readonly notices: readonly string[];
}

/** How the archive's files begin, for whose spaces it has one script each. */
const ARCHIVE_PREFIXES: Readonly<Record<string, string>> = { nb201: 'nas-bench-201', darts: 'darts', mb: 'mb' };
/** What SEARCH.IM_SIZE is in a file of the archive that retrains on ImageNet, and so names no data set. */
const IMAGENET_SIDE = 224;

/**
 * Every setting as the search will use it.
 * @param settings whose values have been checked
 * @param file the configuration's file, or null
 * @throws UsageError for a space, data set, class count or image size that cannot be.
 */
export function resolveSettings(settings: Settings, dialect: Dialect, file: string | null): ResolvedSettings {
  const draft = new Draft(settings);
  if (dialect === 'archive') nameSpace(draft, file);
  const space = resolveSpace(draft.text('SPACE.NAME'));
  for (const [key, value] of Object.entries(space.knobs)) draft.byDefault(key, value, space.script);
  if (space.dataset !== null) draft.byDefault('LOADER.DATASET', str(space.dataset), space.script);
  else if (dialect === 'archive') guessDataset(draft);
  const dataset = resolveDataset(draft.text('LOADER.DATASET'));
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

  /** What a key is that nobody set. */
  byDefault(key: string, value: Value, where: string): void {
    if (this.get(key).source === 'default') this.settings.set(key, { value, source: 'default', where });
  }
}

/** The archive has a script a space, and so its files need not name it. */
function nameSpace(draft: Draft, file: string | null): void {
  if (draft.get('SPACE.NAME').source !== 'default' || file === null) return;
  const [, prefix = ''] = /^([a-z0-9]+)/.exec(basename(file)) ?? [];
  const space = Object.hasOwn(ARCHIVE_PREFIXES, prefix) ? ARCHIVE_PREFIXES[prefix] : undefined;
  if (space === undefined) {
    throw new UsageError(`${file} names no space, and its own name does not begin with one either.`, {
      code: 'missing-space',
      nextSteps: ['Name it: --space nas-bench-201, darts or mb.'],
    });
  }
  draft.settings.set('SPACE.NAME', { value: str(space), source: 'file', where: `the name of ${file}` });
  draft.notices.push(
    `${file} names no space: by its own name it is taken for ${space}. Say --space to choose another one.`,
  );
}

function guessDataset(draft: Draft): void {
  const side = draft.get('SEARCH.IM_SIZE');
  if (toPlain(side.value) === IMAGENET_SIDE) {
    draft.byDefault('LOADER.DATASET', str('imagenet'), `SEARCH.IM_SIZE ${IMAGENET_SIDE} (${side.where})`);
  }
}

/**
 * The data set decides. The number of XNAS's defaults may stand in a file, as it does in one of XNAS's for ImageNet,
 * where it cannot be meant.
 */
function resolveClasses(draft: Draft, dataset: DatasetFacts): void {
  const key = 'LOADER.NUM_CLASSES';
  if (resolveNumber(draft, key, dataset.classes, dataset)) return;
  throw new UsageError(`${key} is ${told(draft, key)}, and ${dataset.name} has ${dataset.classes} classes.`, {
    code: 'wrong-classes',
    nextSteps: [`Set ${key} to ${dataset.classes}, or LOADER.DATASET to the data set that was meant.`],
  });
}

function resolveResolution(draft: Draft, dataset: DatasetFacts): void {
  const key = 'SEARCH.IM_SIZE';
  if (dataset.resizable && draft.get(key).source !== 'default') return;
  if (resolveNumber(draft, key, dataset.resolution, dataset)) return;
  // The candidates may be shown less than there is, but there is no more.
  if (Number(toPlain(draft.get(key).value)) < dataset.resolution) return;
  throw new UsageError(
    `${key} is ${told(draft, key)}, and the images of ${dataset.name} are ${dataset.resolution} pixels wide.`,
    { code: 'wrong-resolution', nextSteps: [`Set ${key} to ${dataset.resolution} or less, or leave it out.`] },
  );
}

/** Sets a number that the data set has, unless somebody set another one and can have meant it: then false. */
function resolveNumber(draft: Draft, key: string, number: number, dataset: DatasetFacts): boolean {
  const { value, source, where } = draft.get(key);
  if (toPlain(value) === number) return true;
  if (source === 'override') return false;
  if (source === 'file') {
    if (repr(value) !== repr(DEFAULTS[key] ?? value)) return false;
    draft.notices.push(
      `${key} is ${repr(value)} (${where}), XNAS's default, and taken for not set: ${dataset.name} has ${number}.`,
    );
  }
  draft.settings.set(key, { value: int(number), source: 'default', where: `the data set ${dataset.name}` });
  return true;
}

function told(draft: Draft, key: string): string {
  const { value, where } = draft.get(key);
  return `${repr(value)} (${where})`;
}
