/** Names of spaces and data sets as the originals' files have them, and ours. */
import { UsageError } from '../errors.js';
import type { DatasetName, SpaceName, TeacherName } from '../protocol/specification.js';
import { nearestName } from './nearest.js';

/** What the search of a space fixes when no key says otherwise. */
export interface SpaceFacts {
  readonly name: SpaceName;
  /** Channels of the stem. */
  readonly channels: number;
  /** Cells in each stage. */
  readonly cells: number;
  /** Index of the loss that the archive's code observes. */
  readonly observed: number;
}

export interface DatasetFacts {
  readonly name: DatasetName;
  readonly classes: number;
  /** Height and width of an image, in pixels. */
  readonly resolution: number;
  readonly teacher: TeacherName;
}

/** `C: 16, N: 5` stand in XNAS's script, whatever SPACE and TRAIN say of channels and layers. */
const NAS_BENCH_201: SpaceFacts = { name: 'nas-bench-201', channels: 16, cells: 5, observed: 150 };

/** By the text of SPACE.NAME; null for a space that is known and cannot be searched yet. */
const SPACE_NAMES: Readonly<Record<string, SpaceFacts | null>> = {
  infer_nb201: NAS_BENCH_201,
  'nas-bench-201': NAS_BENCH_201,
  infer_darts: null,
  darts: null,
  nasbenchmacro: null,
  'nas-bench-macro': null,
  proxyless: null,
  mb: null,
};

/** By the text of LOADER.DATASET; null for a data set that is known and cannot be read yet. */
const DATASET_NAMES: Readonly<Record<string, DatasetFacts | null>> = {
  cifar10: { name: 'cifar10', classes: 10, resolution: 32, teacher: 'resnet20' },
  digits: { name: 'digits', classes: 10, resolution: 8, teacher: 'digits-resnet' },
  cifar100: null,
  imagenet: null,
  imagenet16: null,
  imagenet16_120: null,
};

/** @throws UsageError when SPACE.NAME names no space that can be searched. */
export function resolveSpace(name: string): SpaceFacts {
  return resolve('SPACE.NAME', name, SPACE_NAMES, 'space', 'searched');
}

/** @throws UsageError when LOADER.DATASET names no data set that can be read. */
export function resolveDataset(name: string): DatasetFacts {
  return resolve('LOADER.DATASET', name, DATASET_NAMES, 'data set', 'read');
}

function resolve<Facts>(
  key: string,
  name: string,
  known: Readonly<Record<string, Facts | null>>,
  kind: string,
  done: string,
): Facts {
  const facts = Object.hasOwn(known, name) ? known[name] : undefined;
  if (facts) return facts;
  const usable = Object.keys(known).filter((candidate) => known[candidate]);
  const nextSteps = [`Set ${key} to one of ${usable.join(', ')}.`];
  if (facts === null) {
    throw new UsageError(`The ${kind} ${name} (${key}) is known but cannot be ${done} by this version.`, {
      code: `unsupported-${kind.replace(' ', '-')}`,
      nextSteps,
    });
  }
  const nearest = nearestName(name, Object.keys(known));
  throw new UsageError(`${key} is '${name}', which is no ${kind}. The nearest is ${nearest}.`, {
    code: `unknown-${kind.replace(' ', '-')}`,
    nextSteps,
  });
}
