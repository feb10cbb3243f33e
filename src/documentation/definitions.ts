/** The tables of spaces, data sets and assets. */
import { assetsOf } from '../assets/asset.js';
import type { Catalogue } from '../catalogue/catalogue.js';
import { type AssetDefinition, allPlaces, type KnownFile } from '../definitions/asset.js';
import { alternatives, code, table } from './table.js';

export function spaces({ spaces }: Catalogue): string {
  const rows = [...spaces].map(({ name, aliases, doc, network, script }) => [
    [name, ...aliases].map(code).join(', '),
    doc,
    network === null ? '`TRAIN.CHANNELS`, `TRAIN.LAYERS`' : `${network.channels}, ${network.cells}`,
    Object.entries(script.keys)
      .map(([key, value]) => `${code(key)} ${value}`)
      .join(', '),
    code(script.dataset ?? ''),
  ]);
  return table(['`SPACE.NAME`', 'space', 'channels, cells', 'other defaults', 'default data set'], rows);
}

export function datasets({ datasets }: Catalogue): string {
  const rows = [...datasets].map(({ name, aliases, doc, classes, resolution, resizable, teacher }) => [
    [name, ...aliases].map(code).join(', '),
    doc,
    String(classes),
    resizable ? `any; ${resolution} by default` : String(resolution),
    code(teacher ?? ''),
  ]);
  return table(['`LOADER.DATASET`', 'data set', 'classes', 'pixels', 'teacher'], rows);
}

/** Where each asset is looked for in a data folder. */
export function places(catalogue: Catalogue): string {
  const rows = assetsOf(catalogue).map(({ name, kind, definition }) => [
    code(name),
    kind,
    alternatives(allPlaces(definition).map((place) => (place === '.' ? 'the folder itself' : code(place)))),
  ]);
  return table(['asset', 'kind', 'place in a data folder'], rows);
}

/** How each asset is fetched, and how it is verified. */
export function fetching(catalogue: Catalogue): string {
  const rows = assetsOf(catalogue).map(({ name, definition }) => [
    code(name),
    fetchedAs(definition),
    comparedBy(definition),
  ]);
  return table(['asset', 'fetched', 'compared by'], rows);
}

function fetchedAs({ download }: AssetDefinition): string {
  if (download === null) return 'by hand';
  return download.unpacksTo === undefined ? 'file' : 'archive';
}

function comparedBy({ download, files }: AssetDefinition): string {
  const known = [...(download === null ? [] : [download]), ...files];
  return [...new Set(known.map(checksumIn))].filter((words) => words !== '').join(', ') || 'presence';
}

function checksumIn({ md5, sha256 }: KnownFile): string {
  if (sha256 === undefined) return md5 === undefined ? '' : 'MD5';
  return sha256.length === 64 ? 'SHA-256' : `the first ${sha256.length} digits of its SHA-256`;
}
