/** Where the files are that a search needs, and what to say when they are not there. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MissingError } from '../errors.js';
import { dataHome } from '../installation/places.js';
import type { Assets, DatasetName, Specification, TeacherName } from '../protocol/specification.js';
import { type AssetFacts, DATASET_ASSETS, type KnownFile, TEACHER_ASSETS } from './asset-facts.js';
import type { Config } from './load.js';

export { dataHome };

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
  return dataset === 'digits' ? [] : assetPlaces(DATASET_ASSETS[dataset], folders);
}

/** The paths where the teacher's checkpoint may be; none when it ships with the sidecar. */
export function teacherPlaces(teacher: TeacherName, folders: readonly string[]): string[] {
  return teacher === 'digits-resnet' ? [] : assetPlaces(TEACHER_ASSETS[teacher], folders);
}

/** Where an asset may be in the data folders, in the order in which it is looked for. */
export function assetPlaces({ places }: AssetFacts, folders: readonly string[]): string[] {
  return folders.flatMap((folder) => places.map((place) => join(folder, place)));
}

/** Where the files of a search may be, in the order in which they are looked for; nothing for what ships. */
export interface Candidates {
  readonly dataset: readonly string[];
  readonly teacher: readonly string[];
}

/** The candidates of a specification, the checkpoint that the user names being its teacher's only one. */
export function candidatesFor(specification: Specification, config: Config, places: Places = {}): Candidates {
  const folders = dataFolders(places, config.values['LOADER.DATAPATH']);
  const named = places.teacher || config.values['RMINAS.TEACHER'];
  return {
    dataset: datasetPlaces(specification.dataset, folders),
    teacher: named ? [resolve(places.cwd ?? '.', named)] : teacherPlaces(specification.teacher.architecture, folders),
  };
}

/**
 * The files that the specification needs, as absolute paths; null for what ships with the sidecar.
 * @throws MissingError listing every path that was looked for, and what provides the file.
 */
export async function locateAssets(specification: Specification, config: Config, places: Places = {}): Promise<Assets> {
  const candidates = candidatesFor(specification, config, places);
  return {
    dataset: await locateDataset(specification.dataset, candidates.dataset),
    teacher: await locateTeacher(specification.teacher.architecture, candidates.teacher),
  };
}

/**
 * The first folder that holds some of the data set's files; null for what ships with the sidecar.
 * @throws MissingError
 */
export async function locateDataset(dataset: DatasetName, candidates: readonly string[]): Promise<string | null> {
  if (dataset === 'digits') return null;
  const facts = DATASET_ASSETS[dataset];
  const { files } = facts;
  const folder = await findAsset(files, candidates);
  if (folder !== null) return folder;
  const shown = files.length > 1 ? `${files[0]?.name} …` : files[0]?.name;
  throw new MissingError(`The images of ${dataset} (${shown}) were not found in any of: ${candidates.join(', ')}`, {
    code: 'missing-dataset',
    nextSteps: [
      ...waysToGet(dataset, facts),
      'Name that folder with --data, RMINAS_DATA or LOADER.DATAPATH.',
      'Or search on the data set that needs no download: LOADER.DATASET digits',
    ],
  });
}

/**
 * The first path that is a readable file; null for what ships with the sidecar.
 * @throws MissingError
 */
export async function locateTeacher(teacher: TeacherName, candidates: readonly string[]): Promise<string | null> {
  if (candidates.length === 0) return null;
  const path = await findAsset([], candidates);
  if (path !== null) return path;
  throw new MissingError(`The checkpoint of the teacher ${teacher} was not found at any of: ${candidates.join(', ')}`, {
    code: 'missing-teacher',
    nextSteps: [
      ...(teacher === 'digits-resnet' ? [] : waysToGet(teacher, TEACHER_ASSETS[teacher])),
      'Or name another checkpoint of that architecture with --teacher or RMINAS.TEACHER.',
    ],
  });
}

/**
 * The first of the candidates that has the asset; null when none has.
 * @param files any one of these shows that a candidate is the right folder; none where it is a file itself
 */
export async function findAsset(files: readonly KnownFile[], candidates: readonly string[]): Promise<string | null> {
  const members = files.length === 0 ? [''] : files.map(({ name }) => name);
  for (const candidate of candidates) {
    for (const member of members) {
      if (await isThere(join(candidate, member))) return candidate;
    }
  }
  return null;
}

function waysToGet(name: string, { download, instructions }: AssetFacts): readonly string[] {
  return download === null ? instructions : [`Run: rminas assets fetch ${name}`, ...instructions];
}

/** Whether there is a readable file of that path, or a directory where the path ends in a slash. */
async function isThere(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    const found = await stat(path);
    return path.endsWith('/') ? found.isDirectory() : found.isFile();
  } catch {
    return false;
  }
}
