/** What a search left in its folder, as a report reads it. */
import type { Config, SearchPlan } from '../../../config/index.js';
import type { SearchHeader, SearchLine } from '../../../jobs/search/journal.js';
import type { SearchResult } from '../../../jobs/search/result.js';
import type { RunReport } from '../schema.js';

export interface SearchRecords {
  /** Absolute path. */
  readonly folder: string;
  readonly state: RunReport['state'];
  readonly header: SearchHeader;
  /** The journal, as far as it is written. */
  readonly lines: readonly SearchLine[];
  /** The configuration and its plan; null when they cannot be read, such as for a space of a script. */
  readonly planned: PlannedRecords | null;
  /** Why there is no plan; null when there is one. */
  readonly problem: string | null;
  /** The content of result.json; null before it is written. */
  readonly result: SearchResult | null;
  /** The accuracy of a canonical genotype in per cent; null where it is not known. Left out without a benchmark. */
  readonly accuracies?: AccuracySource | undefined;
}

export interface PlannedRecords {
  readonly config: Config;
  readonly plan: SearchPlan;
  /** The defaults of its keys, as Python writes them. */
  readonly defaults: ReadonlyMap<string, string>;
}

/** Accuracies of a benchmark. */
export interface AccuracySource {
  /** Such as `CIFAR-10 test accuracy after 200 epochs, NAS-Bench-201`. */
  readonly name: string;
  accuracyOf(canonical: string): number | null;
}
