import { type AssetFacts, BENCHMARK_ASSETS, DATASET_ASSETS, TEACHER_ASSETS } from '../config/asset-facts.js';
import { UsageError } from '../errors.js';
import { nearestName } from '../nearest.js';

export type AssetKind = 'data set' | 'teacher' | 'benchmark';

/** Something that searches and benchmarks read and that does not ship with rminas. */
export interface Asset {
  readonly name: string;
  readonly kind: AssetKind;
  readonly facts: AssetFacts;
}

export const ASSETS: readonly Asset[] = [
  ...assetsOf('data set', DATASET_ASSETS),
  ...assetsOf('teacher', TEACHER_ASSETS),
  ...assetsOf('benchmark', BENCHMARK_ASSETS),
];

/** @throws UsageError for a name that is not in the catalogue. */
export function assetNamed(name: string): Asset {
  const asset = ASSETS.find((candidate) => candidate.name === name);
  if (asset !== undefined) return asset;
  const names = ASSETS.map((candidate) => candidate.name);
  throw new UsageError(`'${name}' is no asset. The nearest is ${nearestName(name, names)}.`, {
    code: 'unknown-asset',
    nextSteps: [`Name one of ${names.join(', ')}.`],
  });
}

function assetsOf(kind: AssetKind, table: Readonly<Record<string, AssetFacts>>): Asset[] {
  return Object.entries(table).map(([name, facts]) => ({ name, kind, facts }));
}
