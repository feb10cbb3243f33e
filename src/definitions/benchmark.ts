/** A benchmark: the trained accuracies of the architectures of one space. */
import type { AssetDefinition } from './asset.js';

export interface BenchmarkDefinition {
  readonly name: string;
  /** Name of the space that its architectures belong to. */
  readonly space: string;
  /** Architectures of the whole benchmark; a table may hold fewer. */
  readonly size: number;
  /** Matches a genotype as the field writes it, and no number. */
  readonly notation: RegExp;
  /** Where a table lies in a data folder. */
  readonly table: { readonly folder: string; readonly extension: string };
  /** Published tables that `rminas benchmark import` reads, by the name of the asset. */
  readonly tables: Readonly<Record<string, AssetDefinition>>;
}
