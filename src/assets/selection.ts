/** Which assets are meant, and where each may be. */
import type { AssetFacts } from '../config/asset-facts.js';
import { assetPlaces, candidatesFor, dataFolders, datasetPlaces, type Places } from '../config/assets.js';
import { type Config, loadConfig, planSearch } from '../config/index.js';
import { resolveDataset } from '../config/schema/names.js';
import { ASSETS, type Asset, type AssetKind, assetNamed } from './catalogue.js';

/** What the user names; the whole catalogue where neither names nor a configuration are given. */
export interface Selection extends Places {
  readonly names?: readonly string[] | undefined;
  /** Configuration file: the data set and the teacher that its search needs, or the data set of its retraining. */
  readonly cfg?: string | undefined;
  /** `KEY`, `VALUE`, … over the configuration. */
  readonly overrides?: readonly string[] | undefined;
}

/** An asset, and where it is looked for. */
export interface Wanted {
  readonly name: string;
  readonly kind: AssetKind;
  /** Null for what ships with rminas. */
  readonly facts: AssetFacts | null;
  /** Paths, the first that has it counts. */
  readonly candidates: readonly string[];
}

export interface Selected {
  /** The data folders, in the order in which they are searched. */
  readonly folders: readonly string[];
  readonly wanted: readonly Wanted[];
}

/** @throws UsageError for an unknown name, or a configuration that cannot be searched. */
export async function selectAssets(selection: Selection): Promise<Selected> {
  const { names = [], cfg, overrides, cwd } = selection;
  const config = cfg === undefined ? null : await loadConfig({ file: cfg, overrides, cwd });
  const folders = dataFolders(selection, config?.values['LOADER.DATAPATH']);
  if (!isNamed(selection)) return { folders, wanted: ASSETS.map((asset) => assetIn(asset, folders)) };
  const named = names.map((name) => assetIn(assetNamed(name), folders));
  const needed = config === null ? [] : neededBy(config, selection, folders);
  const wanted = new Map([...named, ...needed].map((each) => [each.name, each]));
  return { folders, wanted: [...wanted.values()] };
}

/** Whether the user said what is meant. */
export function isNamed({ names = [], cfg }: Selection): boolean {
  return names.length > 0 || cfg !== undefined;
}

function assetIn({ name, kind, facts }: Asset, folders: readonly string[]): Wanted {
  return { name, kind, facts, candidates: assetPlaces(facts, folders) };
}

function neededBy(config: Config, places: Places, folders: readonly string[]): Wanted[] {
  if (config.purpose === 'retraining') {
    const { name } = resolveDataset(config.values['LOADER.DATASET']);
    return [wanted(name, 'data set', datasetPlaces(name, folders))];
  }
  const { specification } = planSearch(config);
  const candidates = candidatesFor(specification, config, places);
  const teacher = specification.teacher.architecture;
  const own = places.teacher || config.values['RMINAS.TEACHER'];
  return [
    wanted(specification.dataset, 'data set', candidates.dataset),
    own
      ? { name: teacher, kind: 'teacher', facts: ownCheckpoint(own), candidates: candidates.teacher }
      : wanted(teacher, 'teacher', candidates.teacher),
  ];
}

function wanted(name: string, kind: AssetKind, candidates: readonly string[]): Wanted {
  const asset = ASSETS.find((candidate) => candidate.name === name && candidate.kind === kind);
  return { name, kind, facts: asset?.facts ?? null, candidates };
}

/** Of a checkpoint that the user named nothing is published: it may be any of its architecture. */
function ownCheckpoint(path: string): AssetFacts {
  return {
    title: 'the checkpoint that the configuration names',
    places: [],
    files: [],
    download: null,
    instructions: [`Put it at ${path}, or name another one with RMINAS.TEACHER.`],
  };
}
