/** Teachers of the user, which RMINAS.TEACHER names: `timm:resnet18`, `own.py:make`, `model.pt`, `teachers/animals`. */
import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Catalogue } from '../catalogue/catalogue.js';
import type { ConfiguredValues } from '../config/index.js';
import { MissingError, UsageError } from '../errors.js';
import { userPath } from '../installation/paths.js';
import type { TeacherKind } from '../protocol/specification.js';
import { readTextBounded } from '../system/files.js';
import { parseJson } from '../system/json.js';
import { OWN_TEACHERS } from '../teachers/definition.js';
import { TRAINED_TEACHER, type TrainedTeacher, trainedTeacherSchema } from '../teachers/trained.js';
import { programIn } from './teacher-archive.js';

/** Where a teacher of the user comes from. */
export interface TeacherReference {
  readonly kind: TeacherKind;
  /** Of the network or function; empty for an archive. */
  readonly name: string;
  /** Absolute path of the weights or the archive; null for others than a file. */
  readonly weights: string | null;
  readonly random: boolean;
  /** Absolute path of the Python file of a function. */
  readonly code: string | null;
  readonly stages: readonly string[];
  /** The references with absolute paths, as a run keeps them. */
  readonly text: string;
  readonly weightsText: string;
}

const LIBRARY = /^(timm|torchvision|pytorchcv):(.+)$/s;
const FUNCTION = /^(.+):([A-Za-z_]\w*)$/s;
const RANDOM = 'random';

/**
 * Reads the keys of a teacher; null when they name a registered teacher and its checkpoint alone.
 * @param cwd folder that relative paths start from
 * @param catalogue registered teachers, and the data set's own
 * @throws UsageError `invalid-reference`, `no-teacher` or `conflicting-keys`; MissingError `missing-teacher` for a file that does not exist
 */
export function parseTeacherReference(
  { values }: ConfiguredValues,
  { cwd = '.', catalogue }: { cwd?: string | undefined; catalogue: Catalogue },
): TeacherReference | null {
  const text = values['RMINAS.TEACHER'];
  const stages = values['RMINAS.TEACHER_STAGES'];
  const weights = weightsOf(values['RMINAS.TEACHER_WEIGHTS'], cwd);
  const parts = { stages, weights, cwd };
  const named = namedNetwork(text, parts);
  if (named !== null) return named;
  const registered = catalogue.teachers.find(text);
  const architecture = registered?.name ?? (values['RMINAS.TEACHER_ARCH'] || defaultTeacher(values, catalogue));
  if (registered === undefined && text !== '') {
    const found = inFile(resolve(cwd, userPath(text)), { ...parts, given: text });
    if (found !== null) return found;
  }
  if (stages.length === 0 && weights.text === '') return null;
  return withRegistered(architecture, { ...parts, given: text, isName: registered !== undefined });
}

interface Parts {
  readonly stages: readonly string[];
  readonly weights: Weights;
  readonly cwd: string;
}

interface Weights {
  /** Null when none are named, and for random ones. */
  readonly path: string | null;
  readonly random: boolean;
  /** As a run keeps it. */
  readonly text: string;
}

function weightsOf(text: string, cwd: string): Weights {
  if (text === '' || text === RANDOM) return { path: null, random: text === RANDOM, text };
  const path = resolve(cwd, userPath(text));
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return { path, random: false, text: path };
  throw missing(`The teacher's weights ${path} do not exist or are not a file.`, 'RMINAS.TEACHER_WEIGHTS');
}

/** A network of a library or a function of the user; null for other texts. */
function namedNetwork(text: string, { stages, weights, cwd }: Parts): TeacherReference | null {
  const common = { stages, weights: weights.path, random: weights.random, code: null, weightsText: weights.text };
  const [, library, network] = LIBRARY.exec(text) ?? [];
  if (library !== undefined && network !== undefined) {
    return { ...common, kind: library as TeacherKind, name: network, text };
  }
  const [, place, name] = FUNCTION.exec(text) ?? [];
  if (place === undefined || name === undefined || statSync(resolve(cwd, text), { throwIfNoEntry: false })) return null;
  if (weights.random) {
    throw new UsageError(`RMINAS.TEACHER_WEIGHTS is random, and the function ${text} makes its own weights.`, {
      code: 'conflicting-keys',
      nextSteps: ['Leave out RMINAS.TEACHER_WEIGHTS, or name a file.'],
    });
  }
  if (!/[\\/]|\.py$/.test(place)) return { ...common, kind: 'factory', name: text, text };
  const code = resolve(cwd, userPath(place));
  if (!statSync(code, { throwIfNoEntry: false })?.isFile()) {
    throw missing(`The file of the teacher ${code} does not exist.`, 'RMINAS.TEACHER');
  }
  return { ...common, kind: 'factory', name, code, text: `${code}:${name}` };
}

/** A folder or file of `rminas teacher train`, or an archive; null for a file of weights. */
function inFile(path: string, { stages, weights, cwd, given }: Parts & { given: string }): TeacherReference | null {
  const status = statSync(path, { throwIfNoEntry: false });
  // A checkpoint that does not exist is reported when the files of the search are located.
  if (status === undefined) return null;
  const trained = trainedAt(path, status.isDirectory());
  if (trained !== null) {
    const own = weights.text === '' ? { path: trained.weights, random: false, text: trained.weights } : weights;
    const parts = { stages, weights: own, cwd };
    return namedNetwork(trained.teacher, parts) ?? withRegistered(trained.teacher, { ...parts, given, isName: true });
  }
  if (!status.isFile() && !status.isDirectory()) {
    throw missing(
      `The teacher ${path} is not a file or a folder: it is a device, a FIFO or a socket.`,
      'RMINAS.TEACHER',
    );
  }
  if (status.isDirectory()) {
    throw missing(`The folder ${path} has no ${TRAINED_TEACHER.description}.`, 'RMINAS.TEACHER');
  }
  const kind = programIn(path);
  if (kind === null) return null;
  if (weights.text !== '') {
    throw new UsageError(`The teacher ${path} has its own weights, and RMINAS.TEACHER_WEIGHTS names others.`, {
      code: 'conflicting-keys',
      nextSteps: ['Leave out RMINAS.TEACHER_WEIGHTS.'],
    });
  }
  return { kind, name: '', weights: path, random: false, code: null, stages, text: path, weightsText: '' };
}

/** The network and the weights of a trained teacher, if the path is its folder or its weights. */
function trainedAt(path: string, isFolder: boolean): { teacher: string; weights: string } | null {
  const folder = isFolder ? path : dirname(path);
  if (!isFolder && basename(path) !== TRAINED_TEACHER.weights) return null;
  const file = join(folder, TRAINED_TEACHER.description);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return null;
  const { teacher, weights } = readTrained(file);
  return { teacher, weights: join(folder, basename(weights)) };
}

const MOST_DESCRIPTION_BYTES = 2 ** 20;

/** @throws UsageError `invalid-reference` for a file that rminas did not write */
export function readTrained(file: string): TrainedTeacher {
  try {
    return trainedTeacherSchema.parse(parseJson(readTextBounded(file, MOST_DESCRIPTION_BYTES)));
  } catch (error) {
    throw new UsageError(`${file} does not describe a trained teacher.`, {
      code: 'invalid-reference',
      nextSteps: ['Name a folder that `rminas teacher train` has written.'],
      cause: error,
    });
  }
}

/** A network that the sidecar knows by its name, with weights or stages of the user. */
function withRegistered(
  name: string | null,
  { stages, weights, cwd, given, isName }: Parts & { given: string; isName: boolean },
): TeacherReference {
  if (name === null) {
    throw new UsageError('No key names the network of the teacher.', {
      code: 'no-teacher',
      nextSteps: [`Set RMINAS.TEACHER to a name, or to one of ${OWN_TEACHERS}.`],
    });
  }
  const file = isName || given === '' ? null : resolve(cwd, userPath(given));
  if (file !== null && weights.text !== '') {
    throw new UsageError(`RMINAS.TEACHER names the weights ${file}, and RMINAS.TEACHER_WEIGHTS names others.`, {
      code: 'conflicting-keys',
      nextSteps: ['Set RMINAS.TEACHER to the name of a network, or leave out RMINAS.TEACHER_WEIGHTS.'],
    });
  }
  const text = file === null ? name : file;
  const common = { kind: 'registered', name, random: weights.random, code: null, stages, text } as const;
  return { ...common, weights: file ?? weights.path, weightsText: weights.text };
}

function defaultTeacher(values: ConfiguredValues['values'], { datasets }: Catalogue): string | null {
  return datasets.find(values['LOADER.DATASET'])?.teacher ?? null;
}

function missing(problem: string, key: string): MissingError {
  return new MissingError(problem, {
    code: 'missing-teacher',
    nextSteps: [`Correct ${key}. A teacher may be a name, a checkpoint, or ${OWN_TEACHERS}.`],
  });
}
