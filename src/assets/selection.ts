/** Selects assets, and lists the paths at which each may be. */
import { BUILT_IN } from '../catalogue/built-in.js';
import type { Catalogue } from '../catalogue/catalogue.js';
import { type Config, loadConfig, planSearch } from '../config/index.js';
import type { AssetDefinition } from '../definitions/asset.js';
import { type Asset, type AssetKind, assetNamed, assetsOf } from './asset.js';
import { candidatesFor } from './locate.js';
import { assetPlaces, dataFolders, type Places } from './places.js';

/** The selection of the user; without names and configuration, all assets. */
export interface Selection extends Places {
  readonly names?: readonly string[] | undefined;
  /** Configuration file: selects the data set and the teacher of its search, or the data set of its retraining. */
  readonly cfg?: string | undefined;
  /** `KEY`, `VALUE`, … over the configuration. */
  readonly overrides?: readonly string[] | undefined;
  /** The definitions to select from; those that ship with rminas by default. */
  readonly catalogue?: Catalogue | undefined;
}

/** A selected asset, and where to look for it. */
export interface Wanted {
  readonly name: string;
  readonly kind: AssetKind;
  /** Null when it ships with rminas. */
  readonly definition: AssetDefinition | null;
  /** Paths; the first that has the asset counts. */
  readonly candidates: readonly string[];
}

export interface Selected {
  /** The data folders in search order. */
  readonly folders: readonly string[];
  readonly wanted: readonly Wanted[];
}

/** @throws UsageError for an unknown name, or a configuration that describes no possible search. */
export async function selectAssets(selection: Selection): Promise<Selected> {
  const { names = [], cfg, overrides, cwd, catalogue = BUILT_IN } = selection;
  const config = cfg === undefined ? null : await loadConfig({ file: cfg, overrides, cwd, catalogue });
  const folders = dataFolders(selection, config?.values['LOADER.DATAPATH']);
  const assets = assetsOf(catalogue);
  if (!isNamed(selection)) return { folders, wanted: assets.map((asset) => assetIn(asset, folders)) };
  const named = names.map((name) => assetIn(assetNamed(name, assets), folders));
  const needed = config === null ? [] : neededBy(config, selection, folders);
  const wanted = new Map([...named, ...needed].map((each) => [each.name, each]));
  return { folders, wanted: [...wanted.values()] };
}

/** Whether the user selected assets. */
export function isNamed({ names = [], cfg }: Selection): boolean {
  return names.length > 0 || cfg !== undefined;
}

function assetIn(asset: Asset, folders: readonly string[]): Wanted {
  return { ...asset, candidates: assetPlaces(asset.definition, folders) };
}

function neededBy(config: Config, places: Places, folders: readonly string[]): Wanted[] {
  if (config.purpose === 'retraining') {
    const { name, asset } = config.catalogue.datasets.get(config.values['LOADER.DATASET'], 'LOADER.DATASET');
    return [{ name, kind: 'data set', definition: asset, candidates: assetPlaces(asset, folders) }];
  }
  const { specification, definitions } = planSearch(config);
  const { dataset, teacher } = definitions;
  const candidates = candidatesFor(specification, config, places);
  const own = places.teacher || config.values['RMINAS.TEACHER'];
  return [
    { name: dataset.name, kind: 'data set', definition: dataset.asset, candidates: candidates.dataset },
    {
      name: teacher.name,
      kind: 'teacher',
      definition: own ? ownCheckpoint(own) : teacher.asset,
      candidates: candidates.teacher,
    },
  ];
}

/** A checkpoint of the user has no published checksum: it may be any checkpoint of its architecture. */
function ownCheckpoint(path: string): AssetDefinition {
  return {
    title: 'the checkpoint that the configuration names',
    places: [],
    files: [],
    download: null,
    instructions: [`Put it at ${path}, or name another one with RMINAS.TEACHER.`],
  };
}
