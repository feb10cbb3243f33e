import { benchmarksOf, type Catalogue } from '../catalogue/catalogue.js';
import type { AssetDefinition } from '../definitions/asset.js';
import { UsageError } from '../errors.js';
import { suggestion } from '../nearest.js';

export type AssetKind = 'data set' | 'teacher' | 'benchmark';

/** Files that searches and benchmarks read and that do not ship with rminas. */
export interface Asset {
  readonly name: string;
  readonly kind: AssetKind;
  readonly definition: AssetDefinition;
}

/** The assets of all data sets, teachers and benchmarks. */
export function assetsOf(catalogue: Catalogue): Asset[] {
  const tables = benchmarksOf(catalogue).flatMap(({ tables }) => Object.entries(tables));
  return [
    ...[...catalogue.datasets].map(({ name, asset }) => ({ name, kind: 'data set' as const, definition: asset })),
    ...[...catalogue.teachers].map(({ name, asset }) => ({ name, kind: 'teacher' as const, definition: asset })),
    ...tables.map(([name, definition]) => ({ name, kind: 'benchmark' as const, definition })),
  ].filter((asset): asset is Asset => asset.definition !== null);
}

/** @throws UsageError `unknown-asset` */
export function assetNamed(name: string, assets: readonly Asset[]): Asset {
  const asset = assets.find((candidate) => candidate.name === name);
  if (asset !== undefined) return asset;
  const names = assets.map((candidate) => candidate.name);
  throw new UsageError(`There is no asset '${name}'.${suggestion(name, names)}`, {
    code: 'unknown-asset',
    nextSteps: [`Name one of ${names.join(', ')}.`],
  });
}
