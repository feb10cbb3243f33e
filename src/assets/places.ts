/** The folders in which rminas looks for files, and where an asset may be in them. */
import { join, resolve } from 'node:path';
import { type AssetDefinition, allPlaces } from '../definitions/asset.js';
import { userPath } from '../installation/paths.js';
import { dataHome } from '../installation/places.js';

/** The inputs of the search for files. Every field is optional. */
export interface Places {
  /** The option `--data`. */
  readonly data?: string | undefined;
  /** The option `--teacher`: a checkpoint. */
  readonly teacher?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Folder that relative paths start from; the current one by default. */
  readonly cwd?: string | undefined;
}

/**
 * The data folders in search order: LOADER.DATAPATH, `--data`, RMINAS_DATA, ./data, the user's.
 * @param configured LOADER.DATAPATH; empty when it is not set
 */
export function dataFolders(places: Places = {}, configured = ''): string[] {
  const { data, env = process.env, cwd = '.' } = places;
  const named = [configured, data, env.RMINAS_DATA, 'data'].filter((folder) => folder !== undefined && folder !== '');
  const folders = [...named.map((folder) => resolve(cwd, userPath(String(folder)))), join(dataHome(env), 'data')];
  return [...new Set(folders)];
}

/** The paths at which an asset may be, in search order; none for an asset that ships with rminas. */
export function assetPlaces(asset: AssetDefinition | null, folders: readonly string[]): string[] {
  return asset === null ? [] : folders.flatMap((folder) => allPlaces(asset).map((place) => join(folder, place)));
}
