/** Names of spaces, data sets and teachers as the originals' files have them, and ours; what the originals fix of each. */
import { UsageError } from '../../errors.js';
import { nearestName } from '../../nearest.js';
import { type DatasetName, type SpaceName, TEACHERS, type TeacherName } from '../../protocol/specification.js';
import { int, type Value } from '../yacs/value.js';

/** What the originals' search of a space fixes when no key says otherwise. */
export interface SpaceFacts {
  readonly name: SpaceName;
  /** Channels of the stem, and cells; null where TRAIN.CHANNELS and TRAIN.LAYERS say. */
  readonly network: { readonly channels: number; readonly cells: number } | null;
  /** Index of the loss that the archive's code observes; null where there is only XNAS's code, which has none. */
  readonly observed: number | null;
  /** Whether OPTIM.GRAD_CLIP shortens the gradient, and the learning rate falls to OPTIM.MIN_LR along a cosine. */
  readonly scheduled: boolean;
  /** The data set, where the original's script reads no other whatever its file says; else null. */
  readonly dataset: string | null;
  /** Keys whose defaults are other ones in this space, for the original's script says so. */
  readonly knobs: Readonly<Record<string, Value>>;
  /** Where `dataset` and `knobs` come from, for messages. */
  readonly script: string;
}

export interface DatasetFacts {
  readonly name: DatasetName;
  readonly classes: number;
  /** Height and width of an image, in pixels. */
  readonly resolution: number;
  /** Whether there is more in its files than images of that size: then any size can be had, otherwise smaller ones. */
  readonly resizable: boolean;
  /** The teacher that the originals use with it. */
  readonly teacher: TeacherName;
}

const PLAIN = { network: null, observed: null, scheduled: false, dataset: null, knobs: {}, script: "XNAS's RMINAS.py" };

/** `C: 16, N: 5` stand in XNAS's script, whatever SPACE and TRAIN say of channels and layers. */
const NAS_BENCH_201: SpaceFacts = {
  ...PLAIN,
  name: 'nas-bench-201',
  network: { channels: 16, cells: 5 },
  observed: 150,
};
const DARTS: SpaceFacts = { ...PLAIN, name: 'darts', observed: 250 };
const NAS_BENCH_MACRO: SpaceFacts = { ...PLAIN, name: 'nas-bench-macro', network: { channels: 32, cells: 8 } };
const PROXYLESS: SpaceFacts = {
  ...PLAIN,
  name: 'proxyless',
  network: { channels: 32, cells: 21 },
  knobs: { 'RMINAS.VOTE_TOP': int(100) },
};
const MB: SpaceFacts = {
  name: 'mb',
  network: { channels: 24, cells: 20 },
  observed: 250,
  scheduled: true,
  dataset: 'imagenet',
  knobs: { 'RMINAS.RF_WARMUP': int(200), 'RMINAS.VOTE_TOP': int(30) },
  script: "the archive's RMINAS_mb_imagenet.py",
};

/** By the text of SPACE.NAME. */
const SPACE_NAMES: Readonly<Record<string, SpaceFacts>> = {
  infer_nb201: NAS_BENCH_201,
  'nas-bench-201': NAS_BENCH_201,
  infer_darts: DARTS,
  darts: DARTS,
  nasbenchmacro: NAS_BENCH_MACRO,
  'nas-bench-macro': NAS_BENCH_MACRO,
  proxyless: PROXYLESS,
  mb: MB,
  // As the archive's file calls it, after the supernet that its blocks come from.
  ofa: MB,
};

const IMAGENET16: DatasetFacts = {
  name: 'imagenet16-120',
  classes: 120,
  resolution: 16,
  resizable: false,
  teacher: 'nas-bench-201-9930',
};

/** By the text of LOADER.DATASET. */
const DATASET_NAMES: Readonly<Record<string, DatasetFacts>> = {
  cifar10: { name: 'cifar10', classes: 10, resolution: 32, resizable: false, teacher: 'resnet20' },
  cifar100: { name: 'cifar100', classes: 100, resolution: 32, resizable: false, teacher: 'resnet101' },
  // XNAS's loader knows the one name and its search the other.
  imagenet16: IMAGENET16,
  imagenet16_120: IMAGENET16,
  'imagenet16-120': IMAGENET16,
  imagenet: { name: 'imagenet', classes: 1000, resolution: 224, resizable: true, teacher: 'fbresnet152' },
  digits: { name: 'digits', classes: 10, resolution: 8, resizable: false, teacher: 'digits-resnet' },
};

const TEACHER_NAMES = Object.fromEntries(TEACHERS.map((name) => [name, name]));

/** @throws UsageError when SPACE.NAME names no space. */
export function resolveSpace(name: string): SpaceFacts {
  return resolve('SPACE.NAME', name, SPACE_NAMES, 'space');
}

/** @throws UsageError when LOADER.DATASET names no data set. */
export function resolveDataset(name: string): DatasetFacts {
  return resolve('LOADER.DATASET', name, DATASET_NAMES, 'data set');
}

/**
 * The architecture of the teacher.
 * @param name RMINAS.TEACHER_ARCH; empty for the one that the originals use with the data set
 * @throws UsageError when it names none.
 */
export function resolveTeacher(name: string, dataset: DatasetFacts): TeacherName {
  return name === '' ? dataset.teacher : resolve('RMINAS.TEACHER_ARCH', name, TEACHER_NAMES, 'teacher');
}

function resolve<Facts>(key: string, name: string, known: Readonly<Record<string, Facts>>, kind: string): Facts {
  const facts = Object.hasOwn(known, name) ? known[name] : undefined;
  if (facts !== undefined) return facts;
  const names = Object.keys(known);
  throw new UsageError(`${key} is '${name}', which is no ${kind}. The nearest is ${nearestName(name, names)}.`, {
    code: `unknown-${kind.replace(' ', '-')}`,
    nextSteps: [`Set ${key} to one of ${names.join(', ')}.`],
  });
}
