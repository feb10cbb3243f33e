/** Where the files are that a search needs, and what to say when they are not there. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { MissingError } from '../errors.js';
import type { Assets, DatasetName, Specification, TeacherName } from '../protocol/specification.js';
import type { Config } from './load.js';

/** What decides where files are looked for; all of it may be left out. */
export interface Places {
  /** The option `--data`. */
  readonly data?: string | undefined;
  /** The option `--teacher`: a checkpoint. */
  readonly teacher?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Folder that relative paths start from; the current one when left out. */
  readonly cwd?: string | undefined;
}

const CIFAR10_FILES = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}`);
/** Under the names of its author and of XNAS. */
const RESNET20_FILES = ['teachers/resnet20-12fca82f.th', 'teachers/resnet20.th', 'resnet20.th'];

const CIFAR10_URL = 'https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz';
const RESNET20_URL = 'https://github.com/akamaster/pytorch_resnet_cifar10 (pretrained_models/resnet20-12fca82f.th)';

/** The user's folder of rminas, for benchmark indexes and data: RMINAS_HOME, else XDG's data folder. */
export function dataHome(env: NonNullable<Places['env']> = process.env): string {
  return env.RMINAS_HOME ? resolve(env.RMINAS_HOME) : join(xdgDataHome(env), 'rminas');
}

/**
 * The data folders in the order in which they are searched: LOADER.DATAPATH, `--data`, RMINAS_DATA, ./data, the user's.
 * @param configured LOADER.DATAPATH; empty when it is not set
 */
export function dataFolders(places: Places = {}, configured = ''): string[] {
  const { data, env = process.env, cwd = '.' } = places;
  const named = [configured, data, env.RMINAS_DATA, 'data'].filter((folder) => folder !== undefined && folder !== '');
  const folders = [...named.map((folder) => resolve(cwd, String(folder))), join(dataHome(env), 'data')];
  return [...new Set(folders)];
}

/** The folders that may hold the data set's files; none when it ships with the sidecar. */
export function datasetPlaces(dataset: DatasetName, folders: readonly string[]): string[] {
  if (dataset === 'digits') return [];
  // The second is where XNAS puts it, the third a data folder that is the data set itself.
  return folders.flatMap((folder) => [
    join(folder, 'cifar-10-batches-py'),
    join(folder, 'cifar10', 'cifar-10-batches-py'),
    folder,
  ]);
}

/** The paths where the teacher's checkpoint may be; none when it ships with the sidecar. */
export function teacherPlaces(teacher: TeacherName, folders: readonly string[]): string[] {
  if (teacher === 'digits-resnet') return [];
  return folders.flatMap((folder) => RESNET20_FILES.map((file) => join(folder, file)));
}

/**
 * The files that the specification needs, as absolute paths; null for what ships with the sidecar.
 * @throws MissingError listing every path that was looked for, and what provides the file.
 */
export async function locateAssets(specification: Specification, config: Config, places: Places = {}): Promise<Assets> {
  const folders = dataFolders(places, config.values['LOADER.DATAPATH']);
  const { dataset, teacher } = specification;
  const named = places.teacher || config.values['RMINAS.TEACHER'];
  return {
    dataset: await locateDataset(dataset, datasetPlaces(dataset, folders)),
    teacher: named
      ? await locateTeacher(teacher.architecture, [resolve(places.cwd ?? '.', named)])
      : await locateTeacher(teacher.architecture, teacherPlaces(teacher.architecture, folders)),
  };
}

/**
 * The first folder that holds some of the data set's files; null, with no candidates, for what ships with the sidecar.
 * @throws MissingError
 */
export async function locateDataset(dataset: DatasetName, candidates: readonly string[]): Promise<string | null> {
  if (candidates.length === 0) return null;
  for (const folder of candidates) {
    for (const file of CIFAR10_FILES) {
      if (await isFile(join(folder, file))) return folder;
    }
  }
  throw new MissingError(
    `The images of ${dataset} (data_batch_1 …) were not found in any of: ${candidates.join(', ')}`,
    {
      code: 'missing-dataset',
      nextSteps: [
        `Download ${CIFAR10_URL} and unpack it into a data folder.`,
        'Name that folder with --data, RMINAS_DATA or LOADER.DATAPATH.',
        'Or search on the data set that needs no download: LOADER.DATASET digits',
      ],
    },
  );
}

/**
 * The first path that is a readable file; null, with no candidates, for what ships with the sidecar.
 * @throws MissingError
 */
export async function locateTeacher(teacher: TeacherName, candidates: readonly string[]): Promise<string | null> {
  if (candidates.length === 0) return null;
  for (const path of candidates) {
    if (await isFile(path)) return path;
  }
  throw new MissingError(`The checkpoint of the teacher ${teacher} was not found at any of: ${candidates.join(', ')}`, {
    code: 'missing-teacher',
    nextSteps: [
      ...(teacher === 'resnet20' ? [`It is at ${RESNET20_URL}; put it into <data folder>/teachers.`] : []),
      'Or name another checkpoint of that architecture with --teacher or RMINAS.TEACHER.',
    ],
  });
}

async function isFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function xdgDataHome(env: NonNullable<Places['env']>): string {
  const configured = env.XDG_DATA_HOME;
  // The specification of XDG says to ignore a relative one.
  return configured && isAbsolute(configured) ? configured : join(env.HOME || homedir(), '.local', 'share');
}
