/** Selects assets, and lists the paths at which each may be. */
import { BUILT_IN } from '../catalogue/built-in.js';
import type { Catalogue } from '../catalogue/catalogue.js';
import { type Config, type LoadOptions, loadConfig, planSearch } from '../config/index.js';
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
  /** Loads the configuration. Default: without running the plugins that it names, whose names are unknown then. */
  readonly load?: ((options: LoadOptions) => Promise<Config>) | undefined;
}

/** A selected asset, and where to look for it. */
export interface Wanted {
  readonly name: string;
  readonly kind: AssetKind;
  /** Null when it ships with rminas, or belongs to a plugin or to the user. */
  readonly definition: AssetDefinition | null;
  /** What it is, if it has no definition and does not ship with rminas. */
  readonly origin?: string | undefined;
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
  const { names = [], cfg, overrides, cwd, load = loadConfig } = selection;
  const base = selection.catalogue ?? BUILT_IN;
  const config = cfg === undefined ? null : await load({ file: cfg, overrides, cwd, catalogue: base });
  const catalogue = config?.catalogue ?? base;
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
    const dataset = config.catalogue.datasets.get(config.values['LOADER.DATASET'], 'LOADER.DATASET');
    const { name, asset } = dataset;
    const origin = originOf(dataset, BUILT_IN.datasets);
    return [{ name, kind: 'data set', definition: asset, origin, candidates: assetPlaces(asset, folders) }];
  }
  const { specification, definitions } = planSearch(config);
  const { dataset, teacher } = definitions;
  const candidates = candidatesFor(specification, config, places);
  const own = places.teacher || config.values['RMINAS.TEACHER'];
  return [
    {
      name: dataset.name,
      kind: 'data set',
      definition: dataset.asset,
      origin: originOf(dataset, BUILT_IN.datasets),
      candidates: candidates.dataset,
    },
    {
      name: teacher.name,
      kind: 'teacher',
      origin: originOf(teacher, BUILT_IN.teachers),
      definition: own ? ownCheckpoint(own) : teacher.asset,
      candidates: candidates.teacher,
    },
  ];
}

function originOf<Thing extends { readonly doc: string }>(thing: Thing, shipped: Iterable<Thing>): string | undefined {
  return [...shipped].includes(thing) ? undefined : thing.doc;
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
