/** Finds the files that a search needs, and says how to get them when they are missing. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../config/index.js';
import type { DatasetDefinition } from '../datasets/definition.js';
import { type AssetDefinition, identifyingFiles, type KnownFile, packedFiles } from '../definitions/asset.js';
import { MissingError } from '../errors.js';
import type { Assets, Specification } from '../protocol/specification.js';
import type { TeacherDefinition } from '../teachers/definition.js';
import { assetPlaces, dataFolders, type Places } from './places.js';

/** Paths at which the files of a search may be, in search order; none for files that ship with rminas. */
export interface Candidates {
  readonly dataset: readonly string[];
  readonly teacher: readonly string[];
}

/** The part of a specification that names files. */
export type NeedsFiles = Pick<Specification, 'dataset' | 'teacher'>;

/** The definitions that the names in a specification refer to. */
function definitionsOf({ dataset, teacher }: NeedsFiles, { catalogue }: Config) {
  return {
    dataset: catalogue.datasets.get(dataset, 'LOADER.DATASET'),
    teacher: catalogue.teachers.get(teacher.architecture, 'RMINAS.TEACHER_ARCH'),
  };
}

/** The candidates of a specification. A checkpoint that the user names is the only candidate for the teacher. */
export function candidatesFor(specification: NeedsFiles, config: Config, places: Places = {}): Candidates {
  const folders = dataFolders(places, config.values['LOADER.DATAPATH']);
  const named = places.teacher || config.values['RMINAS.TEACHER'];
  const { dataset, teacher } = definitionsOf(specification, config);
  const isName = config.catalogue.teachers.find(named) !== undefined;
  return {
    dataset: assetPlaces(dataset.asset, folders),
    teacher: named && !isName ? [resolve(places.cwd ?? '.', named)] : assetPlaces(teacher.asset, folders),
  };
}

/**
 * The files that the specification needs, as absolute paths; null for files that ship with rminas.
 * @throws MissingError listing every path that was tried, and how to get the file.
 */
export async function locateAssets(specification: NeedsFiles, config: Config, places: Places = {}): Promise<Assets> {
  const { teacher } = definitionsOf(specification, config);
  const dataset = await locateImages(specification.dataset, config, places);
  if (teacher.own !== undefined) return { dataset, teacher: teacher.own.weights, teacherCode: teacher.own.code };
  return {
    dataset,
    teacher: await locateTeacher(teacher, candidatesFor(specification, config, places).teacher),
  };
}

/**
 * The folder of the images of a data set; null when they ship with rminas.
 * @param name of the data set
 * @throws MissingError
 */
export async function locateImages(name: string, config: Config, places: Places = {}): Promise<string | null> {
  const { datasets } = config.catalogue;
  const dataset = datasets.get(name, 'LOADER.DATASET');
  if (dataset.own !== undefined) return dataset.own.path;
  const configured = config.values['LOADER.DATAPATH'];
  const folders = dataFolders(places, configured);
  if (dataset.folder === 'own') return locateOwnFolder(name, { configured, folders, cwd: places.cwd });
  const shipped = [...datasets].find(({ asset }) => asset === null);
  return locateDataset(dataset, assetPlaces(dataset.asset, folders), shipped);
}

/**
 * The folder of a plugin's data set: LOADER.DATAPATH, or the first data folder's subfolder of its name; null when there is
 * none, since its reader may need no files.
 * @throws MissingError when LOADER.DATAPATH is not a folder
 */
async function locateOwnFolder(
  name: string,
  { configured, folders, cwd = '.' }: { configured: string; folders: readonly string[]; cwd?: string | undefined },
): Promise<string | null> {
  if (configured === '') {
    const found = await findAsset(
      [],
      folders.map((folder) => `${join(folder, name)}/`),
    );
    return found === null ? null : found.slice(0, -1);
  }
  const folder = resolve(cwd, configured);
  if (await isThere(`${folder}/`)) return folder;
  throw new MissingError(`The folder of the data set ${name} does not exist: ${folder}`, {
    code: 'missing-dataset',
    nextSteps: ['Correct LOADER.DATAPATH, or leave it out if the data set needs no folder.'],
  });
}

/**
 * The first folder that has some of the files of the data set; null when they ship with rminas.
 * @param instead a data set that needs no download, for the message
 * @throws MissingError
 */
export async function locateDataset(
  { name, asset }: DatasetDefinition,
  candidates: readonly string[],
  instead?: DatasetDefinition,
): Promise<string | null> {
  if (asset === null) return null;
  const { files } = asset;
  const folder = await findDataset(asset, candidates);
  if (folder !== null) return folder;
  const shown = files.length > 1 ? `${files[0]?.name} …` : files[0]?.name;
  throw new MissingError(`The images of ${name} (${shown}) were not found in any of: ${candidates.join(', ')}`, {
    code: 'missing-dataset',
    nextSteps: [
      ...waysToGet(name, asset),
      'Name their folder with --data, RMINAS_DATA or LOADER.DATAPATH.',
      ...(instead ? [`Or search on the data set that needs no download: LOADER.DATASET ${instead.name}`] : []),
    ],
  });
}

/**
 * The first candidate that is a readable file; null when the checkpoint ships with rminas.
 * @throws MissingError
 */
export async function locateTeacher(
  { name, asset }: TeacherDefinition,
  candidates: readonly string[],
): Promise<string | null> {
  if (candidates.length === 0) return null;
  const path = await findAsset([], candidates);
  if (path !== null) return path;
  throw new MissingError(`The checkpoint of the teacher ${name} was not found at any of: ${candidates.join(', ')}`, {
    code: 'missing-teacher',
    nextSteps: [
      ...(asset === null ? [] : waysToGet(name, asset)),
      `${asset === null ? 'Name' : 'Or name'} another checkpoint of that architecture with --teacher or RMINAS.TEACHER.`,
    ],
  });
}

/**
 * The first folder that has files of the data set, else the first that has an archive of it that is read packed; null when
 * none has. Unpacked files come first because they are read faster.
 */
export async function findDataset(asset: AssetDefinition, candidates: readonly string[]): Promise<string | null> {
  for (const files of [identifyingFiles(asset), ...packedFiles(asset).map((archive) => [archive])]) {
    const folder = await findAsset(files, candidates);
    if (folder !== null) return folder;
  }
  return null;
}

/**
 * The first candidate that has the asset; null when none has.
 * @param files any one of these identifies a candidate; none when a candidate is a file itself
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

function waysToGet(name: string, { download, instructions }: AssetDefinition): readonly string[] {
  return download === null ? instructions : [`Run: rminas assets fetch ${name}`, ...instructions];
}

/** Whether the path is a readable file, or a directory when it ends in a slash. */
async function isThere(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    const found = await stat(path);
    return path.endsWith('/') ? found.isDirectory() : found.isFile();
  } catch {
    return false;
  }
}
