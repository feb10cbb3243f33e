/** Completes the settings of a one-shot search with the published recipe of its method. */
import { Draft } from '../../config/draft.js';
import type { Config, Settings } from '../../config/index.js';
import { describesSearch } from '../../config/planning/retraining.js';
import { toValue } from '../../config/schema/keys.js';
import { repr, toPlain } from '../../config/yacs/value.js';
import type { KeyDefault, KeyType } from '../../definitions/key.js';
import { UsageError } from '../../errors.js';
import { commonDefaults, type MethodDefinition, type SupernetSpace } from '../../supernets/definition.js';

const SHARE = 'ONESHOT.TRAIN_SHARE';
/** The keys that a file of a search sets for other purposes. */
const OF_SEARCHES = new Set(['LOADER.BATCH_SIZE', 'OPTIM.MAX_EPOCH']);
const isOfSearches = (key: string) => OF_SEARCHES.has(key) || key.startsWith('OPTIM.');

export interface CompletedSettings {
  readonly settings: Settings;
  readonly notices: readonly string[];
}

/** @throws UsageError for a value that would mean another method */
export function completeOneShot(config: Config, method: MethodDefinition, space: SupernetSpace): CompletedSettings {
  refuseUnsupported(config.settings);
  const fromSearch = describesSearch(config);
  const where = `the method ${method.name} on ${space}`;
  const draft = new Draft(config.settings);
  const defaults: Readonly<Record<string, KeyDefault>> = { ...commonDefaults(space), ...method.defaults(space) };
  for (const [key, plain] of Object.entries(defaults)) {
    const { source, value } = draft.get(key);
    const isFree = source === 'default' || (fromSearch && source === 'file' && isOfSearches(key));
    if (isFree) {
      draft.settings.set(key, { value: toValue({ type: value.type as KeyType }, plain), source: 'default', where });
    }
  }
  readSplit(draft);
  return {
    settings: draft.settings,
    notices: [...(fromSearch ? [searchNotice(config, method)] : []), ...unread(draft, method)],
  };
}

function searchNotice({ file }: Config, { name, source }: MethodDefinition): string {
  return (
    `${file} describes a search: only its space, its data set and its size are used. The recipe of ${name} ` +
    `(${source}) sets the training; KEY VALUE pairs override it.`
  );
}

/** The share of the weights in LOADER.SPLIT, where it is set. */
function readSplit(draft: Draft): void {
  const { value, source, where } = draft.get('LOADER.SPLIT');
  if (source === 'default' || draft.get(SHARE).source !== 'default') return;
  const [first = 0, second = 0] = toPlain(value) as number[];
  const share = first / (first + second);
  if (!(share > 0 && share < 1)) {
    throw new UsageError(`LOADER.SPLIT is ${repr(value)} (${where}), and must have two shares above 0.`, {
      code: 'out-of-range',
      nextSteps: ['Give the shares for training and validation: LOADER.SPLIT [0.5, 0.5]'],
    });
  }
  draft.settings.set(SHARE, { value: toValue({ type: 'float' }, share), source, where });
}

/** The only values that the supernets have, of keys that XNAS reads. */
const ONLY: Readonly<Record<string, KeyDefault>> = {
  'SPACE.NODES': 4,
  'OPTIM.LR_POLICY': 'cos',
  'OPTIM.WARMUP_EPOCH': 0,
  'DRNAS.PROGRESSIVE': false,
  'DRNAS.REG_TYPE': 'l2',
};

function refuseUnsupported(settings: Settings): void {
  for (const [key, only] of Object.entries(ONLY)) {
    const setting = settings.get(key);
    if (setting === undefined || toPlain(setting.value) === only) continue;
    const possible = repr(toValue({ type: setting.value.type as KeyType }, only));
    throw new UsageError(
      `${key} is ${repr(setting.value)} (${setting.where}), and one-shot searches have only ${possible}.`,
      {
        code: 'unsupported-key',
        nextSteps: [`Set ${key} ${possible}, or leave it out.`],
      },
    );
  }
}

/** Keys that are set and would let XNAS do something else. */
function unread(draft: Draft, { name }: MethodDefinition): string[] {
  const notices: string[] = [];
  const isSet = (key: string) => draft.get(key).source !== 'default';
  const isUnrolled = toPlain(draft.get('DARTS.UNROLLED').value) === true;
  if (isSet('DARTS.UNROLLED') && isUnrolled !== (name === 'darts-2')) {
    notices.push(
      `DARTS.UNROLLED is ${draft.given('DARTS.UNROLLED')} and not read: the method ${name} decides the order.`,
    );
  }
  if (isSet('DRNAS.METHOD') && !METHODS_OF_DRNAS[draft.text('DRNAS.METHOD')]?.includes(name)) {
    notices.push(`DRNAS.METHOD is ${draft.given('DRNAS.METHOD')} and not read: the method is ${name}.`);
  }
  if (isSet('SPOS.LAYERS')) {
    notices.push(`SPOS.LAYERS is ${draft.given('SPOS.LAYERS')} and not read: all cells share the choice of an edge.`);
  }
  return notices;
}

const METHODS_OF_DRNAS: Readonly<Record<string, readonly string[]>> = {
  gdas: ['gdas'],
  snas: ['snas'],
  dirichlet: ['drnas'],
  darts: ['darts-1', 'darts-2'],
};
